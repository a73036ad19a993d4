"""Which way to source support is cheaper at the same service, and which promises hold."""

from sim.decide.comparison import Comparison, Gap, Verdict, compare
from sim.decide.judgement import Judgement, judge
from sim.decide.option import Attained, OptionResult, Run, simulate
from sim.decide.ways import Ways

__all__ = [
    "Attained",
    "Comparison",
    "Gap",
    "Judgement",
    "OptionResult",
    "Run",
    "Verdict",
    "Ways",
    "compare",
    "judge",
    "simulate",
]
