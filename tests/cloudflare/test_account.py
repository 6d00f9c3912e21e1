"""Which account a token is for."""

from __future__ import annotations

from typing import Any

import pytest

from aerostack.errors import AuthError, PermissionDeniedError, RemoteError
from aerostack_cloudflare.account import Account, accounts, discover
from aerostack_cloudflare.tokens import TokenState

ONE, TWO = "1" * 32, "2" * 32


def test_the_only_account_is_the_one(api: Any, good: Any) -> None:
    api.will(good([{"id": ONE, "name": "mine", "settings": {}}]))
    assert discover(api.http) == Account(ONE, "mine")
    assert api.asked == ["GET /v4/accounts?page=1&per_page=50"]


def test_several_accounts_are_listed_for_the_user_to_choose(api: Any, good: Any) -> None:
    api.will(good([{"id": ONE, "name": "mine"}, {"id": TWO, "name": "ours"}]))
    with pytest.raises(AuthError) as failure:
        discover(api.http)
    assert failure.value.message == (
        f"the token can see 2 accounts, and none was chosen:\n  {ONE}  mine\n  {TWO}  ours"
    )
    assert failure.value.hint == f"set CLOUDFLARE_ACCOUNT_ID={ONE}, or account_id in aerostack.toml"


def test_no_account_is_a_matter_of_permission(api: Any, good: Any) -> None:
    api.will(good([]))
    with pytest.raises(PermissionDeniedError) as failure:
        discover(api.http)
    assert failure.value.message == "the token can see no account"
    assert failure.value.hint == ("set CLOUDFLARE_ACCOUNT_ID, or add Account › Account Settings › Read to the token")


def test_all_pages_of_accounts_are_read(api: Any, good: Any) -> None:
    first = [{"id": f"{n:032x}", "name": str(n)} for n in range(50)]
    api.will(good(first, total_count=51), good([{"id": ONE, "name": "x"}], total_count=51))
    assert len(accounts(api.http)) == 51


def test_an_id_that_is_none_is_never_used(api: Any, good: Any) -> None:
    api.will(good([{"id": "../user", "name": "x"}]))
    with pytest.raises(RemoteError, match="the field `id` is wrong"):
        discover(api.http)


def test_verifying_the_token(api: Any, good: Any) -> None:
    assert api.will(good({"id": ONE, "status": "active"})).tokens.verify() == TokenState(ONE, "active")
    assert api.asked == ["GET /v4/user/tokens/verify"]
