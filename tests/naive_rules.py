"""The rules of labour by the slow way: a list of quarters of an hour, each worked or not."""

from __future__ import annotations

from sim.plan.duties import DAY, WEEK, Duty

#: Days before the first that the lists begin with, and after the last that they end with.
EARLIER = LATER = 14
QUARTER = 15


class Quarters:
    """One person's time from two weeks before a Monday on, in steps that all duties keep to."""

    def __init__(self, duties: list[Duty], days: int) -> None:
        self.days = days
        self.busy = [0] * ((EARLIER + days + LATER) * DAY // QUARTER)
        self.paid = [0.0] * len(self.busy)
        self.starts: list[int] = sorted(d.start for d in duties)
        for duty in duties:
            for minute in range(duty.start, duty.end, QUARTER):
                self.busy[self.place(minute)] += 1
                self.paid[self.place(minute)] += QUARTER * duty.paid / (duty.end - duty.start)

    @staticmethod
    def place(minute: int) -> int:
        return (minute + EARLIER * DAY) // QUARTER

    def works(self, minute: int) -> bool:
        return self.busy[self.place(minute)] > 0

    def in_two_places(self) -> bool:
        """From the first day on."""
        return any(count > 1 for count in self.busy[self.place(0) :])

    def shortest_rest(self) -> int:
        """Between duties, the later of which is planned [minutes]."""
        shortest = 10**9
        for start in self.starts:
            if start < 0:
                continue
            minute = start - QUARTER
            while minute >= -EARLIER * DAY and not self.works(minute):
                minute -= QUARTER
            if minute >= -EARLIER * DAY:
                shortest = min(shortest, start - QUARTER - minute)
        return shortest

    def longest_rest(self, since: int, until: int) -> int:
        longest = run = 0
        for minute in range(since, until, QUARTER):
            run = 0 if self.works(minute) else run + QUARTER
            longest = max(longest, run)
        return longest

    def weeks(self) -> list[int]:
        """Mondays (minutes) of the weeks in which something planned is worked."""
        last = self.days * DAY + WEEK
        first = min((s for s in self.starts if s >= 0), default=last)
        return [
            monday
            for monday in range(0, last, WEEK)
            if any(map(self.works, range(max(monday, first), monday + WEEK, QUARTER)))
        ]

    def hours(self, since: int, until: int) -> float:
        return sum(self.paid[self.place(since) : self.place(until)]) / 60

    def works_at_night(self, start: int, end: int) -> bool:
        hours = ((minute % DAY) // 60 for minute in range(start, end, QUARTER))
        return any(hour in (22, 23, 0, 1, 2, 3, 4, 5) for hour in hours)

    def works_on(self, day: int) -> bool:
        return any(start // DAY == day for start in self.starts)

    def longest_row(self) -> int:
        """Most days of work running, of those rows that reach into the plan."""
        longest = row = 0
        for day in range(-EARLIER, self.days + 7):
            row = row + 1 if self.works_on(day) else 0
            if day >= 0:
                longest = max(longest, row)
        return longest

    def weekends_off(self) -> list[bool]:
        """By planned weekend: whether no minute of it is worked."""
        saturdays = range(5 * DAY, self.days * DAY - 2 * DAY + 1, WEEK)
        return [not any(map(self.works, range(s, s + 2 * DAY, QUARTER))) for s in saturdays]
