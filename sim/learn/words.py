"""Words of headers and cells in English and Russian: which column is what, how a contact ended."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

__all__ = ["CHANNELS", "FIELDS", "OUTCOME_WORDS", "guess", "plain", "simple"]

#: What a column may be, and what it is called, the surest names first.
FIELDS: Mapping[str, tuple[str, ...]] = {
    "time": (
        *("arrival", "arrival time", "arrived", "arrived at", "timestamp", "datetime", "date time"),
        *("call start", "start time", "started at", "start", "call time", "created at", "created"),
        *("enqueued", "enqueued at", "time", "t"),
        *("дата и время", "дата время", "время поступления", "время звонка", "дата звонка"),
        *("начало звонка", "время начала", "дата создания", "поступил", "начало", "создан"),
        *("начало вызова", "время вызова", "дата вызова"),
        *("время",),
    ),
    "date": ("date", "call date", "day", "дата", "день"),
    "answered_at": ("answered at", "answer time", "connected at", "connect time", "отвечен в"),
    "ended_at": ("ended at", "end time", "ended", "end", "время окончания", "окончание", "конец"),
    "wait": (
        *("wait", "wait time", "waiting time", "waited", "queue time", "time in queue", "q time"),
        *("speed of answer", "answer speed in seconds", "time to answer", "ring time"),
        *("время ожидания", "ожидание", "время в очереди", "в очереди", "длительность ожидания"),
    ),
    "talk": (
        *("talk", "talk time", "talk duration", "conversation", "service time", "duration"),
        *("call duration", "avgtalkduration", "billsec"),
        *("время разговора", "длительность разговора", "разговор", "длительность"),
        *("продолжительность", "продолжительность разговора"),
    ),
    "hold": ("hold", "hold time", "удержание", "время удержания"),
    "acw": (
        *("acw", "after call work", "after call work time", "wrap up", "wrap up time", "wrapup"),
        *("постобработка", "время постобработки", "поствызывная обработка"),
    ),
    "handle": ("handle", "handle time", "aht", "время обработки", "обработка"),
    "outcome": (
        *("outcome", "status", "result", "call status", "disposition", "answered", "answered y n"),
        *("статус", "результат", "исход", "итог", "статус звонка", "результат звонка"),
        *("статус вызова", "результат вызова"),
    ),
    "queue": (
        *("queue", "queue name", "skill", "group", "split", "department"),
        *("очередь", "группа", "навык", "линия", "отдел"),
    ),
    "channel": ("channel", "media", "media type", "канал"),
    "type": ("type", "call type", "topic", "category", "тип", "тема", "тематика", "категория"),
    "priority": ("priority", "приоритет"),
    "caller": (
        *("caller", "caller id", "callerid", "ani", "from", "phone", "phone number", "customer"),
        *("customer id", "client", "client id", "src"),
        *("номер", "номер телефона", "телефон", "абонент", "клиент", "номер клиента", "звонящий"),
        *("номер абонента", "кто звонил"),
    ),
    "agent": (
        *("agent", "agent name", "agent id", "operator", "employee", "server", "recipient"),
        *("оператор", "сотрудник", "агент", "специалист", "ответил"),
    ),
}

#: Cells that say how a contact ended.
OUTCOME_WORDS: Mapping[str, str] = {
    **dict.fromkeys(
        (
            *("served", "answered", "agent", "complete", "completed", "handled", "connected"),
            *("success", "solved", "resolved", "yes", "y", "true", "1", "да", "отвечен"),
            *("отвечено", "отвеченный", "принят", "принятый", "обслужен", "обработан", "состоялся"),
            *("успешно", "успешный", "решен", "решён", "принято"),
        ),
        "served",
    ),
    **dict.fromkeys(
        (
            *("abandoned", "abandon", "hang", "lost", "missed", "no answer", "no answered"),
            *("noanswer", "unanswered", "not answered", "dropped", "no", "n", "false", "0", "нет"),
            *("потерян", "потерянный", "пропущен", "пропущенный", "не отвечен", "неотвеченный"),
            *("не отвечено", "неотвечен", "не принят", "брошен", "не обслужен", "не дождался"),
            *("клиент не дождался", "не состоялся"),
        ),
        "abandoned",
    ),
    **dict.fromkeys(("blocked", "busy", "congestion", "занято", "занят"), "blocked"),
    **dict.fromkeys(("timeout", "time out", "таймаут", "тайм аут"), "timeout"),
    **dict.fromkeys(
        ("transferred", "transfer", "переведен", "переведён", "перевод"), "transferred"
    ),
    **dict.fromkeys(("callback", "exit key", "обратный звонок"), "exit_key"),
    **dict.fromkeys(("no agents", "exit empty", "нет операторов"), "exit_empty"),
    "unknown": "unknown",
}

#: Cells that say which way a contact came.
CHANNELS: Mapping[str, str] = {
    **dict.fromkeys(("voice", "phone", "call", "звонок", "телефон", "голос", "звонки"), "voice"),
    **dict.fromkeys(
        ("chat", "sms", "whatsapp", "telegram", "messenger", "чат", "мессенджер", "вк", "viber"),
        "chat",
    ),
    **dict.fromkeys(("email", "e mail", "mail", "почта", "письмо", "web", "portal"), "email"),
}

_UNITS = re.compile(r"\b(s|sec|secs|seconds|min|mins|minutes|ms|msec|с|сек|секунд|мин|минут|мс)\b")


def simple(text: str) -> str:
    """A word of a cell without case and marks.

    Examples
    --------
    >>> simple("NO_ANSWER"), simple("С оператором!")
    ('no answer', 'с оператором')
    """
    return re.sub(r"[\W_]+", " ", text.lower()).strip()


def plain(text: str) -> str:
    """A name without case, marks and units.

    Examples
    --------
    >>> plain("Время ожидания, сек."), plain("Talk_Time (min)")
    ('время ожидания', 'talk time')
    """
    words = simple(text)
    return _UNITS.sub("", words).strip() or words


def guess(header: Sequence[str]) -> dict[str, str]:
    """Which column is what, by the names: field to column, each column once.

    Examples
    --------
    >>> guess(["Дата", "Время", "Номер телефона", "Ожидание"])
    {'time': 'Время', 'date': 'Дата', 'wait': 'Ожидание', 'caller': 'Номер телефона'}
    >>> guess(["Номер заказа", "Дата и время звонка", "Время ожидания клиента"])
    {'wait': 'Время ожидания клиента', 'time': 'Дата и время звонка'}
    """
    names = {plain(column): column for column in reversed(header) if column}
    found: dict[str, str] = {}
    for field, words in FIELDS.items():
        for word in words:
            if word in names and names[word] not in found.values():
                found[field] = names[word]
                break
    # Names with more to them: "дата и время звонка". One word alone may begin anything.
    longer = [
        (-len(word), field, column)
        for field, words in FIELDS.items()
        for word in words
        for name, column in names.items()
        if " " in word and name.startswith(f"{word} ")
    ]
    for _, field, column in sorted(longer):
        if field not in found and column not in found.values():
            found[field] = column
    return found
