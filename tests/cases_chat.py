"""Answers of chat and blending: agents with several chats, agents with other work."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from cases_markov import measures_of
from cases_skills import first, measures_of_chain

from sim.erlang import ChatRouting, blending, chat, chat_concurrency, chat_think_time

Inputs = dict[str, Any]
Answer = dict[str, Any]


def concurrency(inputs: Inputs) -> Answer:
    gain = chat_concurrency(
        compose_ratio=inputs["compose_ratio"],
        concurrent_chats=inputs["concurrent_chats"],
        aht_single=inputs["aht_single"],
    )
    return {
        "effective_concurrency": gain.effective,
        "aht_at_concurrency": gain.chat_duration,
        "saturation_limit": gain.limit,
    }


def levels(inputs: Inputs) -> list[float]:
    """Handle times by level; one time for so many slots where none depends on the level."""
    times = first(inputs, "aht_by_concurrency", "mean_service_time", "aht")
    if isinstance(times, list):
        return times
    return [times] * first(inputs, "max_concurrency", "slots_per_agent", "slots")


def chats(routing: ChatRouting) -> Callable[[Inputs], Answer]:
    def answer(inputs: Inputs) -> Answer:
        team = chat(
            arrival_rate=inputs["arrival_rate"],
            aht_by_level=levels(inputs),
            agents=inputs["n_agents"],
            patience=first(inputs, "mean_patience", otherwise=math.inf),
            routing=inputs.get("routing", routing),
        )
        return {
            **measures_of(team.queue, inputs.get("awt", 20.0)),
            "mean_chats_in_service": team.chats,
            "mean_chats_per_agent": team.chats_per_agent,
            "slot_utilisation": team.slot_utilisation,
            "agent_busy_fraction": team.agent_busy,
            "mean_chat_duration": team.chat_duration,
        }

    return answer


def think_time(inputs: Inputs) -> Answer:
    team = chat_think_time(
        arrival_rate=inputs["arrival_rate"],
        agents=inputs["n_agents"],
        concurrent_chats=inputs["max_concurrency"],
        agent_turn=inputs["mean_agent_turn"],
        customer_turn=inputs["mean_customer_turn"],
        last_turn=inputs["p_last_turn"],
        patience=first(inputs, "mean_patience", otherwise=math.inf),
    )
    return {
        **measures_of_chain(team.queue, inputs.get("awt", 20.0)),
        "mean_open_chats": team.chats,
        "mean_chats_in_service": team.chats,
        "mean_chats_per_agent": team.chats_per_agent,
        "slot_utilisation": team.slot_utilisation,
        "agent_busy_fraction": team.agent_busy,
        "mean_chat_duration": team.chat_duration,
        "agent_typing_fraction": team.typing,
    }


def blended(inputs: Inputs) -> Answer:
    team = blending(
        arrival_rate=first(inputs, "inbound_rate", "arrival_rate"),
        aht=first(inputs, "mean_service_time", "inbound_service_time"),
        agents=inputs["n_agents"],
        threshold=first(inputs, "idle_threshold", "threshold"),
        patience=first(inputs, "mean_patience", otherwise=math.inf),
        outbound_aht=inputs.get("outbound_service_time"),
    )
    return {
        **measures_of_chain(team.inbound, inputs.get("awt", 20.0)),
        "occupancy": team.occupancy,
        "outbound_rate": team.outbound_rate,
        "mean_busy_inbound": team.busy_inbound,
        "mean_busy_outbound": team.busy_outbound,
    }


MODELS: dict[str, Callable[[Inputs], Answer]] = {
    "blending.different_service": blended,
    "blending.equal_service": blended,
    "chat.balanced_birth_death": chats("balanced"),
    "chat.finite_source_concurrency": concurrency,
    "chat.least_loaded_exact": chats("least_loaded"),
    "chat.most_loaded_exact": chats("most_loaded"),
    "chat.slots": chats("balanced"),
    "chat.think_time_exact": think_time,
}
