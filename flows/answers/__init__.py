"""What she wrote, as an answer: one reader for each kind of question.

Every reader is a pure function `read(text, …, *, language, …) -> Answer | Misread`: what is asked about comes first,
how it is read follows by name. An `Answer` keeps the words it came in as `raw`. A button is no text: its value is
taken as it is, without a reader.
"""
