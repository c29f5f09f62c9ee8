# One server, with everything that it keeps in the volume /data. docs/operations.md says how to run it.
FROM python:3.11-slim-bookworm

WORKDIR /srv/rafiqa
COPY requirements/run.txt requirements/
RUN pip install --no-cache-dir --require-hashes -r requirements/run.txt

COPY pyproject.toml README.md ./
COPY flows flows
COPY bot bot
COPY api api
COPY translations translations
# Who serves is somebody else: the checkout may have been its owner's alone, and nothing is compiled in it later.
RUN chmod -R a+rX . \
 && pip install --no-cache-dir --no-deps --no-build-isolation -e . \
 && python -m compileall -q api bot flows

RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin rafiqa \
 && install -d -o rafiqa -m 0700 /data
ENV RAFIQA_DATA_DIR=/data RAFIQA_HOST=0.0.0.0 PORT=8000 PYTHONUNBUFFERED=1
USER rafiqa
VOLUME /data
EXPOSE 8000

# urlopen raises on 503, and so this ends with 1.
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s \
  CMD ["python", "-c", "import os, urllib.request as ask; ask.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/health', timeout=8)"]
ENTRYPOINT ["rafiqa"]
CMD ["serve"]
