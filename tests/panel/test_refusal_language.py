"""The language of the panel's refusals: English or Chinese, whichever Accept-Language prefers."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from minipanel.app import ROUTERS
from minipanel.handlers.language import is_chinese
from tests.panel.example import caller

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("header", "chinese"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", True),
        ("zh", True),
        ("ZH-TW", True),
        ("en;q=0.5, zh;q=0.7", True),
        ("en-US,en;q=0.9,zh-CN;q=0.8", False),
        ("en,zh", False),
        ("fr,de", False),
        ("zh;q=x", False),
        ("zh;q=0", False),
        ("", False),
        ("x," * 1000 + "zh", False),
    ],
)
def test_the_language_that_is_liked_best_is_spoken(header: str, chinese: bool) -> None:
    assert is_chinese(header) is chinese


async def test_a_reader_of_chinese_is_refused_in_chinese(app: FastAPI) -> None:
    async def refusal(path: str, language: str | None, method: str = "GET") -> str:
        headers = {} if language is None else {"Accept-Language": language}
        async with caller(app) as client:
            return str((await client.request(method, path, headers=headers)).json()["error"])

    assert await refusal("/api/nodes", "zh-CN") == "请先登录。"
    assert await refusal("/api/nodes", None) == await refusal("/api/nodes", "en") == "Log in first."
    assert await refusal("/api/nothing", "zh") == "此地址不存在。"
    assert await refusal("/api/nodes", "zh", "DELETE") == "此地址不支持 DELETE。"
    assert await refusal("/api/health?within=0", "zh") == "within 的值 '0' 无效；须为 1 到 86400 秒的整数。"
    assert await refusal("/api/metrics/history/node001?period=1d", "zh") == "请先登录。"
    # An agent logs the panel's answer to its journal.
    assert "Authorization" in await refusal("/api/metrics", "zh", "POST")


def test_the_framework_refuses_no_request_in_its_own_words() -> None:
    """If it fails: declare the parameter as optional text, and refuse it with one of the panel's sentences."""
    routes = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
    taken = [parameter for route in routes for parameter in route.dependant.query_params]
    assert {str(each.field_info.annotation) for each in taken} == {"str | None"}
    assert not [route.path for route in routes if route.dependant.body_params or route.dependant.header_params]
    assert {each.field_info.annotation for route in routes for each in route.dependant.path_params} == {str}
