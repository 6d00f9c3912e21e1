"""One row of the table."""

from __future__ import annotations

from typing import Literal, TypeAlias

from aerostack.values import dataclass
from aerostack_cloudflare.permissions import Product

#: ``any`` is for codes that mean the same in every product.
Scope: TypeAlias = Product | Literal["any"]


@dataclass(frozen=True, slots=True)
class Explanation:
    """What ``code`` means in a product, and what mends it."""

    product: Scope
    code: int
    means: str
    fix: str
