"""How the main thread waits for others.

Python hears a signal between two steps of the main thread, or when it interrupts a wait. One that comes right before
the wait begins is heard only when that is over, which is too late for Ctrl-C: so the main thread waits in pieces.
"""

from __future__ import annotations

#: The longest piece, in seconds.
HEARING = 0.25
