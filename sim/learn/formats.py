"""Every format that can be read."""

from __future__ import annotations

from sim.learn.adapters.avaya import AVAYA
from sim.learn.adapters.bank import BANK
from sim.learn.adapters.cdr import ASTERISK_CDR
from sim.learn.adapters.connect import CONNECT
from sim.learn.adapters.freeswitch import FREESWITCH
from sim.learn.adapters.generic import GENERIC
from sim.learn.adapters.issabel import FUSIONPBX, ISSABEL
from sim.learn.adapters.queue_log import QUEUE_LOG, QUEUE_LOG_TABLE
from sim.learn.adapters.tickets import FRESHDESK, ZENDESK
from sim.learn.adapters.twilio import TWILIO
from sim.learn.source import Format

__all__ = ["FORMATS"]

#: In the order in which a file is tried against them: any table comes last.
FORMATS: tuple[Format, ...] = (
    BANK,
    QUEUE_LOG,
    QUEUE_LOG_TABLE,
    ISSABEL,
    FUSIONPBX,
    FREESWITCH,
    CONNECT,
    TWILIO,
    ZENDESK,
    FRESHDESK,
    AVAYA,
    ASTERISK_CDR,
    GENERIC,
)
