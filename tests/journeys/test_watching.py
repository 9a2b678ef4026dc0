"""A connection is watched: what breaks is noticed, told once with the button that mends it, and heals by itself."""

from datetime import timedelta

from tests.sandbox.world import World, said


def test_a_revoked_grant_is_told_once_and_the_message_is_edited_when_it_is_mended(world: World) -> None:
    world.ana.connects_google("ana@acme.example")
    world.ana.picks("ana@acme.example")
    before = len(world.ana.messages())
    world.google.revoke("ana@acme.example")
    world.hours_pass(6)
    told = world.ana.messages()[before:]
    assert [message.text for message in told] and len(told) == 1
    assert "Reconnect" in said(told[0])
    world.ana.types("/calendar status")
    assert "Reconnect" in world.ana.answer
    world.ana.opens_link()
    world.ana.browser.presses("Continue")
    world.ana.consents("ana@acme.example")
    assert "Reconnected" in said(world.ana.messages()[before])
    world.time_passes(timedelta(days=3))
    assert not [message for message in world.ana.messages()[before + 1 :] if "Reconnect" in message.text]
