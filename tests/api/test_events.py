"""Who is woken by a change, and who is not."""

import asyncio

from api.events import QUEUE, Events, case_topic


async def test_a_page_is_woken_by_its_own_topics_only() -> None:
    events = Events()
    with events.listen(QUEUE, case_topic("K7-4QF")) as page:
        events.changed(case_topic("M3-8ZT"))
        assert not page.is_set()
        events.changed(case_topic("K7-4QF"))
        await asyncio.wait_for(page.wait(), 1)


async def test_many_changes_before_a_page_looks_are_one() -> None:
    events = Events()
    with events.listen(QUEUE) as page:
        events.changed(QUEUE)
        events.changed(QUEUE)
        await asyncio.wait_for(page.wait(), 1)
        page.clear()
        assert not page.is_set()


async def test_every_open_page_is_woken_and_a_closed_one_is_forgotten() -> None:
    events = Events()
    with events.listen(QUEUE) as first:
        with events.listen(QUEUE) as second:
            events.changed(QUEUE)
            assert first.is_set()
            assert second.is_set()
        second.clear()
        events.changed(QUEUE)
        assert not second.is_set()
    assert not events._listeners
