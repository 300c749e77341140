"""A causal language model on this machine, through transformers, its output held to the question's JSON Schema.

Weights are safetensors or GGUF from local files; no code that comes with them is run. One model is resident in a
process, until it was idle for long or :func:`unload`; another one takes its place. It runs on the CPU in float32:
memory of a GPU is for whoever renders, and a model that wants one is better served by vLLM or Ollama beside us.

One core is left to others: torch's threads wait by spinning, and where something else runs, two of them on two cores
need 0.9 s for a token of a 135M model, a single one 0.2 s (a process-wide setting, made when a model is loaded).

Without a seed and a temperature the most likely token is taken; with a temperature they are drawn by a generator of
the question's own seed, so equal questions get equal answers.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncGenerator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from google.adk.models import BaseLlm, LlmCapabilities
from google.adk.models.llm_request import LlmRequest
from google.adk.models.llm_response import LlmResponse
from google.genai import types

from resources.agents.errors import ModelBusy, ModelFault
from resources.agents.models.chat import Chat
from resources.agents.models.json_schema import Schema, compact, schema_of
from resources.agents.models.spec import ModelSpec
from resources.agents.models.weights import Weights, find_weights
from resources.gpu.constrain import Constraint, GrammarFault
from resources.gpu.context import ModelContext
from resources.gpu.packaged import Packaged, process_pool

if TYPE_CHECKING:
    from collections.abc import Iterator

    import torch

MAX_OUTPUT_TOKENS = 2048
"""When the agent says nothing: about a minute and a half of a 135M model on two cores."""
MOST_SCHEMA = 6_000
"""Characters of a schema that the model is shown; a larger one leaves no room to answer in, and still constrains."""
REPETITION = 1.1
"""By how much a token that was written already is less likely, where tokens are drawn (arXiv:1909.05858). Without it
SmolLM2 fills every string with one sentence over and over."""
TOP_P = 0.95
"""Share of the probability that is drawn from, when a temperature is given (nucleus sampling, arXiv:1904.09751)."""


IN_FLOAT32 = 2
"""Times the size of safetensors, which are in 16 bits as a rule."""
GGUF_IN_FLOAT32 = 7
"""Times the size of a GGUF file: 4.5 bits a weight (Q4_1, SmolLM2-135M: 93 MB become 640)."""
WORKING = 400 << 20
"""Bytes beside the weights: key-value cache and logits of a 135M model at 2,048 tokens, rounded up."""


@dataclass(frozen=True)
class Loaded:
    """A model in memory."""

    model: Any
    """A causal language model of transformers, which is not typed."""
    chat: Chat
    revision: str
    context: int
    """Tokens of question and answer together."""


@dataclass(frozen=True)
class Generated:
    """What the model wrote."""

    text: str
    asked: int
    given: int
    cut: bool


_lock = threading.Lock()


class TransformersLocal(BaseLlm):
    """The resident model behind one ``transformers/...`` spec."""

    spec: ModelSpec

    @property
    def capabilities(self) -> LlmCapabilities:
        """A constrained answer calls no tools."""
        return LlmCapabilities(output_schema_and_tools=False)

    async def generate_content_async(
        self, llm_request: LlmRequest, stream: bool = False
    ) -> AsyncGenerator[LlmResponse, None]:
        """One whole answer, written in a thread; when the caller gives up, the thread stops at the next token."""
        if llm_request.config.tools:
            raise ModelFault("a local model calls no tools", where=self.spec.text, hint="ask it without tools")
        stop = threading.Event()
        try:
            revision, written = await asyncio.to_thread(self._answer, llm_request, stop)
        finally:
            stop.set()
        yield LlmResponse(
            content=types.Content(role="model", parts=[types.Part(text=written.text)]),
            finish_reason=types.FinishReason.MAX_TOKENS if written.cut else types.FinishReason.STOP,
            model_version=f"{self.spec.text}@{revision}",
            usage_metadata=types.GenerateContentResponseUsageMetadata(
                prompt_token_count=written.asked,
                candidates_token_count=written.given,
                total_token_count=written.asked + written.given,
            ),
        )

    def _answer(self, request: LlmRequest, stop: threading.Event) -> tuple[str, Generated]:
        config = request.config
        schema = schema_of(config.response_schema) if config.response_schema is not None else None
        with _turn(stop), lent(find_weights(self.spec.model)) as lease:
            loaded: Loaded = lease.model
            prompt = loaded.chat.prompt(_messages(request, schema))
            written = generate(
                loaded,
                prompt,
                schema,
                most=config.max_output_tokens or MAX_OUTPUT_TOKENS,
                seed=config.seed or 0,
                temperature=config.temperature or 0.0,
                stop=stop,
            )
            return loaded.revision, written


@contextmanager
def _turn(stop: threading.Event) -> Iterator[None]:
    """Hold the model; whoever gave up while waiting for it does not take it any more."""
    while not _lock.acquire(timeout=0.1):
        if stop.is_set():
            raise ModelBusy("another question is being answered")
    try:
        yield
    finally:
        _lock.release()


def lent(weights: Weights) -> ModelContext:
    """A lease on the model of ``weights``, from memory when it is the resident one. Hold the lock."""
    return _packaged(weights).lent()


def unload(weights: Weights) -> None:
    """Give a model's memory back, if it is there."""
    with _lock:
        process_pool().evict_idle(_packaged(weights).key)


def _packaged(weights: Weights) -> Packaged:
    """``weights`` as the pool sees them: what the files take in float32, and the other models of this process out."""
    key = f"transformers/{weights.folder / weights.gguf if weights.gguf else weights.folder}"
    widened = weights.bytes * (IN_FLOAT32 if weights.gguf is None else GGUF_IN_FLOAT32)
    return Packaged(key, "transformers", partial(_load, weights), weights=widened, working=WORKING, alone=True)


def _load(weights: Weights) -> Loaded:
    import torch
    from safetensors import SafetensorError
    from transformers import AutoModelForCausalLM, AutoTokenizer

    revision = weights.revision()
    local: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    if weights.gguf:
        local["gguf_file"] = weights.gguf
    try:
        with _quietly():
            tokenizer: Any = AutoTokenizer.from_pretrained(weights.folder, **local)
            model: Any = AutoModelForCausalLM.from_pretrained(
                weights.folder, dtype=torch.float32, use_safetensors=True if weights.gguf is None else None, **local
            )
    except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
        raise ModelFault(
            f"cannot be loaded: {' '.join(str(error).split())[:240]}",
            where=str(weights.folder),
            hint="a causal language model that transformers knows, with its tokenizer",
        ) from None
    model.eval()
    torch.set_num_threads(max(1, len(os.sched_getaffinity(0)) - 1))
    context = int(getattr(model.config, "max_position_embeddings", 0) or 4096)
    return Loaded(model, Chat(tokenizer, str(weights.folder)), revision, context)


@contextmanager
def _quietly() -> Iterator[None]:
    """Without progress bars on a terminal that is ours."""
    from transformers import modeling_gguf_pytorch_utils, utils

    logging: Any = utils.logging
    reader: Any = modeling_gguf_pytorch_utils  # draws a bar of its own, which no setting of transformers turns off
    shown, bar = logging.is_progress_bar_enabled(), reader.tqdm
    logging.disable_progress_bar()
    reader.tqdm = partial(bar, disable=True)
    try:
        yield
    finally:
        reader.tqdm = bar
        if shown:
            logging.enable_progress_bar()


def _messages(request: LlmRequest, schema: Schema | None) -> list[tuple[str, str]]:
    """(role, text) of the conversation."""
    system = str(request.config.system_instruction or "")
    shown = compact(schema) if schema is not None else ""
    if shown and len(shown) <= MOST_SCHEMA:
        system += f"\n\nAnswer with one JSON object that holds to this JSON Schema:\n{shown}"
    messages = [("system", system)] if system else []
    for content in request.contents:
        text = "\n\n".join(part.text for part in content.parts or [] if part.text and not part.thought)
        if text:
            messages.append(("assistant" if content.role == "model" else "user", text))
    return messages


def generate(
    loaded: Loaded,
    prompt: list[int],
    schema: Schema | None,
    *,
    most: int,
    seed: int,
    temperature: float,
    stop: threading.Event,
) -> Generated:
    """Write at most ``most`` tokens after ``prompt``, held to ``schema``. Raises :class:`ModelFault`."""
    import torch

    try:
        constraint = Constraint(loaded.chat.guide, schema)
    except GrammarFault as fault:
        raise ModelFault(fault.message, where=fault.where) from None
    most = min(most, loaded.context - len(prompt))
    if most <= constraint.reserve:
        raise ModelFault(
            f"a question of {len(prompt):,} tokens leaves {max(most, 0):,} of {loaded.context:,} for the answer, "
            f"which needs {constraint.reserve:,}",
            where=str(loaded.chat.name),
            hint="ask for less, or choose a model with a longer context",
        )
    drawn = torch.Generator().manual_seed(seed)
    answer: list[int] = []
    fresh, cache = prompt, None
    with torch.inference_mode():
        while not constraint.ended and len(answer) < most and not stop.is_set():
            forced = constraint.forced()[: most - len(answer)]
            if not forced:
                output = loaded.model(input_ids=torch.tensor([fresh]), past_key_values=cache, use_cache=True)
                cache = output.past_key_values
                logits = output.logits[0, -1]  # (vocabulary,)
                allowed = constraint.allowed(logits.shape[0], closing=most - len(answer) <= constraint.reserve)
                if temperature > 0:
                    logits = _less_of_the_same(logits, answer)
                forced, fresh = [_choose(logits, torch.from_numpy(allowed), temperature, drawn)], []
            constraint.take(forced)
            answer += forced
            fresh = fresh + forced
    return Generated(loaded.chat.text(answer), len(prompt), len(answer), cut=not constraint.ended)


def _less_of_the_same(logits: torch.Tensor, answer: list[int]) -> torch.Tensor:
    """``logits`` (vocabulary,) with what the answer holds already made less likely."""
    import torch

    said = torch.tensor(sorted(set(answer)), dtype=torch.long)
    values = logits[said]
    damped = torch.where(values > 0, values / REPETITION, values * REPETITION)
    return logits.index_copy(0, said, damped)


def _choose(logits: torch.Tensor, allowed: torch.Tensor, temperature: float, drawn: torch.Generator) -> int:
    """A token from ``logits`` (vocabulary,): the most likely one, or drawn from the nucleus."""
    import torch

    logits = logits.float().masked_fill(~allowed, -torch.inf)
    if temperature <= 0:
        return int(logits.argmax())
    chances, order = torch.softmax(logits / temperature, dim=0).sort(descending=True)
    beyond = chances.cumsum(0) - chances > TOP_P
    chosen = torch.multinomial(chances.masked_fill(beyond, 0.0), 1, generator=drawn)
    return int(order[chosen])
