"""Which addresses we answer at."""

import pytest

from bot.slack.response_urls import is_allowed

SLACK = "https://slack.com/api/"
LOOPBACK = "http://127.0.0.1:4000/api/"
ELSEWHERE = "https://slack.example.com/api/"


@pytest.mark.parametrize(
    ("url", "api_url"),
    [
        ("https://hooks.slack.com/commands/T0/1/x", SLACK),
        ("https://hooks.slack.com:443/commands/T0/1/x", SLACK),
        ("https://hooks.slack.com/commands/T0/1/x", LOOPBACK),
        ("http://127.0.0.1:4000/response/1", LOOPBACK),
        ("http://127.0.0.1:5000/response/1", LOOPBACK),
        ("https://slack.example.com:8443/response/1", ELSEWHERE),
        ("https://SLACK.example.com/response/1", ELSEWHERE),
    ],
)
def test_slacks_own_host_and_the_stand_ins_own_host_are_called(url: str, api_url: str) -> None:
    assert is_allowed(url, api_url)


@pytest.mark.parametrize("api_url", [SLACK, LOOPBACK, ELSEWHERE])
@pytest.mark.parametrize(
    "url",
    [
        "",
        "hooks.slack.com/x",
        "//hooks.slack.com/x",
        "http://hooks.slack.com/x",
        "https://hooks.slack.com:8443/x",
        "https://hooks.slack.com:99999/x",
        "https://hooks.slack.com.evil.example/x",
        "https://evil.example/hooks.slack.com",
        "https://hooks.slack.com@evil.example/x",
        "https://user:pass@hooks.slack.com/x",
        "https://evil.example\\@hooks.slack.com/x",
        "https://hooks.slack.com\\.evil.example/x",
        "https://slack.com/api/chat.postMessage",
        "https://xhooks.slack.com/x",
        "file:///etc/passwd",
        "ftp://hooks.slack.com/x",
        "gopher://127.0.0.1:4000/x",
        "http://localhost:4000/x",
        "http://0.0.0.0:4000/x",
        "http://[::1]:4000/x",
        "http://[::ffff:127.0.0.1]/x",
        "http://[broken/x",
        "http://2130706433/x",
        "http://0x7f.1/x",
        "http://127.1/x",
        "http://169.254.169.254/latest/meta-data/",
        "http://slack.example.com/x",
        "javascript:alert(1)",
    ],
)
def test_every_other_address_is_left_alone(url: str, api_url: str) -> None:
    assert not is_allowed(url, api_url)


def test_loopback_is_no_place_to_answer_a_real_slack() -> None:
    assert not is_allowed("http://127.0.0.1:4000/response/1", SLACK)
