"""From people on the line to people on the payroll: the arithmetic, step by step."""

from __future__ import annotations

from sim.decide import OptionResult
from sim.report.language import Language
from sim.report.sentences import group_title, option_title
from sim.report.tables import Table
from sim.scenario.terms import AgentTerms

__all__ = ["own_groups", "payroll_figure", "payroll_table", "payroll_title"]


def own_groups(result: OptionResult) -> dict[str, AgentTerms]:
    """Terms of the groups whose people are on the own payroll, by name; none without prices.

    Parameters
    ----------
    result
        The option.
    """
    if result.statement is None or result.heads is None:
        return {}
    groups = result.option.groups
    return {name: one.payroll.agents for name, one in groups.items() if one.payroll is not None}


def payroll_figure(result: OptionResult, group: str, name: str) -> float:
    """A figure of a group's payroll in an average month.

    Parameters
    ----------
    result, group
        The option, and one of its `own_groups`.
    name
        ``logged_hours``, ``rostered_hours``, ``worked_hours_year``, ``fte`` or ``heads``.
    """
    assert result.statement is not None
    return result.statement.info[f"{group}.{name}"]


def payroll_title(result: OptionResult, lang: Language) -> str:
    """What the arithmetic leads from and to.

    Parameters
    ----------
    result
        An option with `own_groups`.
    lang
        The reader's language.
    """
    assert result.heads is not None
    return lang(
        "How {peak} on the line become {heads} on the payroll",
        peak=lang.number(result.peak),
        heads=lang.number(result.heads),
    )


def payroll_table(result: OptionResult, group: str, lang: Language) -> Table:
    """Hours on the line, on the roster, full-time people, people on the payroll of a group.

    Parameters
    ----------
    result, group
        The option, and one of its `own_groups`.
    lang
        The reader's language.
    """
    agents = own_groups(result)[group]
    month = payroll_figure(result, group, "worked_hours_year") / 12
    heads = payroll_figure(result, group, "heads")
    rows = (
        (
            lang("Hours on the line in an average month"),
            lang.number(payroll_figure(result, group, "logged_hours")),
            lang("simulated, work after the end of a shift among them"),
        ),
        (
            lang("Hours on the roster"),
            lang.number(payroll_figure(result, group, "rostered_hours")),
            lang(
                "× (1 + {fit} lost to whole shifts) ÷ (1 − {absent} breaks and meetings)"
                " ÷ (1 − {slow} learners' slower work)",
                fit=lang.percent(agents.schedule_fit_loss, 1),
                absent=lang.percent(agents.shrinkage_in_shift, 1),
                slow=lang.percent(agents.ramp_capacity_loss, 1),
            ),
        ),
        (
            lang("Full-time people"),
            lang.number(payroll_figure(result, group, "fte"), 1),
            lang(
                "÷ {hours} hours that one works in a month, without leave and sickness",
                hours=lang.number(month, 1),
            ),
        ),
        (
            lang("People on the payroll"),
            lang.number(heads, 0 if float(heads).is_integer() else 1),
            lang("rounded up to whole people")
            if agents.headcount_rounding == "ceil"
            else lang("part-time people are possible"),
        ),
    )
    parts = [payroll_title(result, lang), option_title(result.scenario, result.name, lang)]
    if len(own_groups(result)) > 1:
        parts.append(group_title(result.scenario, result.name, group, lang))
    return Table(" · ".join(parts), (lang("Step"), lang("Figure"), lang("How")), rows)
