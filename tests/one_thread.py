"""Matrices of the tests are small: threads for them cost ten times what they save.

To be imported before numpy; programs that tests start inherit it.
"""

from __future__ import annotations

import os
import sys

assert "numpy" not in sys.modules, "numpy counts its threads when it is loaded"
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
