"""The bank's months: figures that others derived, and months that were not learnt from."""

from __future__ import annotations

import csv
import gzip
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from sim.learn import read_logs
from sim.learn.contacts import Contacts, contacts_of
from sim.learn.durations import durations_of
from sim.learn.fit import Fit, Learnt, fitted, tuned
from sim.learn.hours import hours_of
from sim.learn.patience import kaplan_meier
from sim.learn.presence import inferred
from sim.learn.returns import next_delay, return_sums

pytestmark = pytest.mark.slow


def months(*numbers: int) -> Contacts:
    folder = Path(__file__).resolve().parents[1].parent / "shared/data/anonymous_bank"
    if not folder.is_dir():
        pytest.skip("the bank's months are not beside the project")
    files = [next(folder.glob(f"{number:02d}_*.txt.gz")) for number in numbers]
    with read_logs(files, salt="a") as log:
        return contacts_of(log)


@pytest.fixture(scope="module")
def spring() -> Contacts:
    return months(1, 2, 3, 4)


@pytest.fixture(scope="module")
def summer() -> Contacts:
    return months(5, 6, 7)


@pytest.fixture(scope="module")
def learnt(spring: Contacts) -> Learnt:
    """March and April are enough: to learn on all four takes twice as long and fits no better."""
    march = (date(1999, 3, 1) - date(1970, 1, 1)).days
    return tuned(spring.only(spring.day >= march), head_start=90.0)


@pytest.fixture(scope="module")
def fit(learnt: Learnt, summer: Contacts) -> Fit:
    return fitted(learnt, summer, replications=4)


def test_hours_are_those_that_others_derived_from_the_same_files(summer: Contacts) -> None:
    found = hours_of(summer, summer.wait, summer.served, summer.abandoned)
    folder = Path(__file__).resolve().parents[1].parent / "shared/data/anonymous_bank"
    compared = 0
    with gzip.open(folder / "hourly_truth.csv.gz", "rt") as stream:
        for row in csv.DictReader(stream):
            day = (date.fromisoformat(row["day"]) - date(1970, 1, 1)).days
            at = day * 24 + int(row["hour"]) - found.first
            if not 0 <= at < len(found.offered) or not int(row["offered"]):
                continue
            offered = int(found.offered[at])
            assert offered == int(row["offered"])
            assert round(found.measures["abandonment"][at] * offered) == int(row["abandoned"])
            assert round(found.measures["service_level"][at] * offered) == int(row["answered_20s"])
            assert found.measures["wait"][at] == pytest.approx(float(row["mean_wait"]), abs=1e-3)
            compared += 1
    assert compared > 1200


def test_published_tables_are_met_where_the_months_allow(
    spring: Contacts, summer: Contacts
) -> None:
    """Brown et al. (2005), figure 2: January to October, mean 185 s, SD 238 s, 7 % under 10 s."""
    handle = np.concatenate([one.handle[one.served] for one in (spring, summer)])

    whole = durations_of(handle)

    assert (whole.mean, whole.sd) == pytest.approx((185, 238), rel=0.03)
    assert (handle < 10).mean() == pytest.approx(0.07, abs=0.01)


def test_figures_of_seven_months_are_near_those_of_nine(spring: Contacts, summer: Contacts) -> None:
    handle = np.concatenate([one.handle[one.served] for one in (spring, summer)])
    whole, long = durations_of(handle), durations_of(handle[handle >= 10])
    waited = [(one.wait[one.queued], one.abandoned[one.queued]) for one in (spring, summer)]
    waits, left = (np.concatenate(column) for column in zip(*waited, strict=True))
    curve = kaplan_meier(waits, left)

    # The nine months: 187.7 s, 239.3 s, 113 s, 613 s; from 10 s on a lognormal law at .016.
    assert (whole.mean, whole.sd) == pytest.approx((187.7, 239.3), rel=0.025)
    assert (whole.median, whole.p95) == pytest.approx((113, 613), rel=0.025)
    assert long.laws[0].law == "lognormal"
    assert long.laws[0].ks == pytest.approx(0.016, abs=0.004)
    # Patience: quartiles 96, 346, 923 s; survival at 10 to 600 s.
    assert [curve.quantile(share) for share in (0.25, 0.5)] == pytest.approx([96, 346], rel=0.05)
    at = curve.at(np.array([10, 30, 60, 120, 300, 600.0]))
    assert at == pytest.approx([0.964, 0.900, 0.824, 0.719, 0.530, 0.373], abs=0.008)
    assert curve.mean_to(600) == pytest.approx(344, rel=0.01)


def test_redials_of_seven_months_are_near_those_of_nine(spring: Contacts) -> None:
    sums = return_sums(spring, next_delay(spring))
    spans = "10m", "1h", "1d"
    redials, repeats = (
        [sums[f"{name}_{span}"][0].sum() / sums[f"{name}_{span}"][1].sum() for span in spans]
        for name in ("redials", "repeats")
    )

    assert redials == pytest.approx([0.20, 0.42, 0.67], abs=0.03)
    assert repeats == pytest.approx([0.06, 0.16, 0.44], abs=0.03)


def test_months_that_were_not_learnt_from_are_reproduced_hour_by_hour(fit: Fit) -> None:
    found = fit.simulated["replayed"].errors

    assert int(fit.compared.sum()) == 1092
    assert found["abandonment"].r > 0.91
    assert found["abandonment"].mae < 0.035
    assert abs(found["abandonment"].bias) < 0.015
    assert found["wait"].r > 0.66
    assert found["wait"].mae < 22
    assert found["service_level"].r > 0.9


def test_agents_whose_pace_was_learnt_carry_it_into_other_months(fit: Fit) -> None:
    found = fit.simulated["staffed"].errors

    assert found["abandonment"].r > 0.79
    assert found["wait"].r > 0.69
    assert found["service_level"].r > 0.81
    assert found["abandonment"].mae < 0.066


def test_simulation_is_nearer_than_erlang_a_that_is_told_the_same(fit: Fit) -> None:
    for way in ("replayed", "staffed"):
        ours, plain = fit.simulated[way].errors, fit.formula[way].errors
        assert ours["abandonment"].r > plain["abandonment"].r + 0.02
        assert ours["abandonment"].mae < plain["abandonment"].mae
        assert ours["service_level"].mae < plain["service_level"].mae


def test_handle_times_of_the_test_count_only_where_they_are_told(
    learnt: Learnt, summer: Contacts
) -> None:
    """Presence is given: inferred, it would be another with other handle times."""
    some = summer.only(summer.day < summer.day.min() + 7)
    people = inferred(some, learnt.rule["staffed"], learnt.model.wrap)
    double = replace(some, handle=some.handle * 2)
    hours = [fitted(learnt, one, people, replications=2).simulated for one in (some, double)]

    for way, same in (("replayed", False), ("staffed", True)):
        first, second = (one[way].hours["abandonment"] for one in hours)
        assert np.array_equal(first, second) == same


def test_less_that_is_told_fits_less(fit: Fit) -> None:
    r = [fit.simulated[way].errors["abandonment"].r for way in ("replayed", "staffed", "forecast")]

    assert r == sorted(r, reverse=True)


def test_what_became_of_test_contacts_is_not_looked_at(learnt: Learnt, summer: Contacts) -> None:
    """Waits and fates of the test are shuffled where no presence is inferred: nothing changes."""
    some = summer.only(summer.day < summer.day.min() + 7)
    other = Contacts(
        **{
            name: getattr(some, name)
            for name in Contacts.__slots__
            if name not in ("wait", "abandoned")
        },
        wait=some.wait[::-1].copy(),
        abandoned=some.abandoned[::-1].copy(),
    )
    first = fitted(learnt, some, replications=2).simulated["forecast"].hours
    second = fitted(learnt, other, replications=2).simulated["forecast"].hours

    assert all(np.array_equal(first[name], second[name]) for name in first)
