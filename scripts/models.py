#!/usr/bin/env python3
"""Writes crates/tsuzuki/models.toml, the table of what each model can do.

usage: scripts/models.py DATA_DIR > crates/tsuzuki/models.toml

DATA_DIR holds bedrock-models-normalised.json and bedrock-model-prices.json (both made from
LiteLLM's price table) and langchain-bedrock-profiles.json (langchain-aws). What those tables do not
know, or know wrongly, stands below with its reason. Standard library only.
"""

import json
import pathlib
import re
import sys

DATE = "2026-11"

# Ids that articles still use and the tables have dropped: (name, provider, context, max output).
RETIRED = {
    "anthropic.claude-3-haiku-20240307-v1:0": ("Claude 3 Haiku", 200000, 4096, 0.25, 1.25, ["us", "eu", "apac"]),
    "anthropic.claude-3-sonnet-20240229-v1:0": ("Claude 3 Sonnet", 200000, 4096, 3, 15, ["us", "eu", "apac"]),
    "anthropic.claude-v2": ("Claude 2", 100000, 4096, 8, 24, []),
    "cohere.command-r-v1:0": ("Command R", 128000, 4096, 0.5, 1.5, []),
    "cohere.command-r-plus-v1:0": ("Command R+", 128000, 4096, 3, 15, []),
}

# End of life that the tables leave out; all were observed as 404 or announced (Claude 3.x, Sonnet 4).
END_OF_LIFE = {
    "anthropic.claude-v1": "2025-07-21",
    "anthropic.claude-v2": "2025-07-21",
    "anthropic.claude-v2:1": "2025-07-21",
    "anthropic.claude-instant-v1": "2025-07-21",
}

# Output limits on which the tables are wrong; each observed live or taken from the better table.
MAX_OUTPUT = {
    "anthropic.claude-sonnet-4-6": 128000,
    "amazon.nova-2-lite-v1:0": 65535,
    "openai.gpt-oss-120b-1:0": 128000,
    "openai.gpt-oss-20b-1:0": 128000,
    "anthropic.claude-3-5-sonnet-20240620-v1:0": 8192,
    "anthropic.claude-3-5-sonnet-20241022-v2:0": 8192,
    "anthropic.claude-3-7-sonnet-20250219-v1:0": 64000,
}

# Bare ids that recorded traffic shows served on demand, or refused as profile-only. A bare id that
# was served in one region and refused in another counts as served.
ON_DEMAND = {
    "anthropic.claude-3-opus-20240229-v1:0",
    "anthropic.claude-3-5-haiku-20241022-v1:0",
    "anthropic.claude-3-5-sonnet-20240620-v1:0",
    "anthropic.claude-3-5-sonnet-20241022-v2:0",
    "meta.llama3-1-70b-instruct-v1:0",
    "meta.llama3-2-1b-instruct-v1:0",
    "meta.llama3-3-70b-instruct-v1:0",
}
PROFILE_ONLY = {
    "meta.llama3-1-8b-instruct-v1:0",
    "meta.llama3-2-3b-instruct-v1:0",
    "meta.llama3-2-11b-instruct-v1:0",
    "meta.llama3-2-90b-instruct-v1:0",
    "meta.llama4-maverick-17b-instruct-v1:0",
    "meta.llama4-scout-17b-instruct-v1:0",
    "deepseek.r1-v1:0",
}

# Not chat models of Bedrock Runtime, or spellings of other clouds.
LEFT_OUT = re.compile(r"@|^claude-|^twelvelabs\.|^ai21\.j2|20240620-v1:0$(?<=3-7-sonnet-20240620-v1:0)")

PREFIXES = ("us-gov.", "global.", "apac.", "us.", "eu.", "jp.", "au.", "ca.", "in.")


def claude_generation(model):
    """(major, minor) of a Claude id, or None."""
    if not model.startswith("anthropic.claude"):
        return None
    if re.search(r"claude-(v1|v2|instant)", model):
        return (2, 0)
    if m := re.search(r"claude-(\d)(?:-(\d))?-(?:haiku|sonnet|opus)", model):
        return (int(m[1]), int(m[2] or 0))
    if "mythos-preview" in model:
        return (5, 0)
    m = re.search(r"claude-(?:haiku|sonnet|opus|fable|mythos)-(\d)(?:-(\d{1,2})(?!\d))?", model)
    return (int(m[1]), int(m[2] or 0))


def prefill(model):
    """(accepted|refused|unknown, why)"""
    generation = claude_generation(model)
    if generation:
        return "refused" if generation >= (4, 6) else "accepted"
    if model.startswith("amazon.nova-2-lite"):
        # Two recorded exchanges continue a `{` (reasoning off), against AWS's own notebook.
        return "accepted"
    if model.startswith("amazon.nova-2"):
        return "refused"
    if model.startswith("amazon.nova"):
        return "accepted"
    if model.startswith(("meta.", "mistral.", "cohere.", "ai21.", "writer.")):
        return "refused"
    return "unknown"


def prefill_error(model):
    """Which literal a refusal uses."""
    return "no_prefill" if model.startswith(("anthropic.", "amazon.")) else "last_turn"


def on_demand(model, profiles):
    if model in ON_DEMAND:
        return True
    if model in PROFILE_ONLY:
        return False
    generation = claude_generation(model)
    if generation:
        return generation < (3, 7)
    if model.startswith("xai.") or re.match(r"openai\.gpt-\d", model):
        return False
    return not profiles or model.startswith(("amazon.", "openai.gpt-oss", "nvidia.", "mistral.", "writer.", "meta.", "deepseek.", "moonshotai.", "zai."))


def count_tokens(model):
    generation = claude_generation(model)
    return bool(generation) and (3, 5) <= generation <= (4, 6)


def cache_counts(model):
    """Recorded: Claude 3.5 Haiku, the second 3.5 Sonnet and everything later; not the first 3.5 Sonnet."""
    generation = claude_generation(model)
    return bool(generation) and generation >= (3, 5) and "3-5-sonnet-20240620" not in model


def tool_type(model):
    """Recorded: always from Claude 4 on."""
    generation = claude_generation(model)
    return bool(generation) and generation >= (4, 0)


def sampling(model):
    generation = claude_generation(model)
    if generation and generation >= (4, 7):
        return "none"
    if generation and generation >= (4, 5):
        return "one"
    if model.startswith("xai.") or re.match(r"openai\.gpt-(5\.6|6)", model):
        return "none"
    return "both"


def provider(model):
    names = {
        "ai21": "AI21 Labs", "amazon": "Amazon", "anthropic": "Anthropic", "cohere": "Cohere",
        "deepseek": "DeepSeek", "google": "Google", "meta": "Meta", "minimax": "MiniMax",
        "mistral": "Mistral AI", "moonshot": "Moonshot AI", "moonshotai": "Moonshot AI",
        "nvidia": "NVIDIA", "openai": "OpenAI", "qwen": "Qwen", "writer": "Writer", "xai": "xAI",
        "zai": "Z.AI",
    }
    return names[model.split(".")[0]]


def title(model):
    """A readable name from an id, where no table has one."""
    stem = model.split(".", 1)[1]
    stem = re.sub(r"-v?\d+:\d+$|-v\d+$|-\d{8}", "", stem)
    return re.sub(r"(\d) (\d)", r"\1.\2", stem.replace("-", " ").title())


def text(value):
    return json.dumps(value, ensure_ascii=False)


def main():
    data = pathlib.Path(sys.argv[1])
    models = {m["base_model_id"]: m for m in json.loads((data / "bedrock-models-normalised.json").read_text())}
    chains = json.loads((data / "langchain-bedrock-profiles.json").read_text())
    prices = json.loads((data / "bedrock-model-prices.json").read_text())

    def chain(model):
        for prefix in ("", "us.", "global.", "eu.", "apac."):
            if prefix + model in chains:
                return chains[prefix + model]
        return {}

    rows = {}
    for model, facts in models.items():
        if LEFT_OUT.search(model):
            continue
        known = chain(model)
        profiles = [p for p in facts["profiles"] if p + "." in PREFIXES]
        context = known.get("max_input_tokens") or facts["ctx_in"]
        limit = MAX_OUTPUT.get(model) or known.get("max_output_tokens") or facts["max_out"]
        inputs = ["text"]
        if known.get("image_inputs") or facts["vision"]:
            inputs.append("image")
        if known.get("video_inputs"):
            inputs.append("video")
        price = {k: facts[k] for k in ("in", "out", "cache_read", "cache_write_5m")}
        rows[model] = dict(
            name=known.get("name") or title(model), context=context, max_output=limit,
            profiles=profiles, reasoning=bool(facts["reason"]), inputs=inputs, price=price,
            end_of_life=facts["deprecation"] or END_OF_LIFE.get(model),
        )
        if model.endswith("-v1:0") and (full := prices.get(model)) and full.get("deprecation_date"):
            rows[model]["end_of_life"] = full["deprecation_date"]
    for model, (name, context, limit, into, out, profiles) in RETIRED.items():
        inputs = ["text", "image"] if "claude-3" in model else ["text"]
        rows[model] = dict(
            name=name, context=context, max_output=limit, profiles=profiles, reasoning=False, inputs=inputs,
            price={"in": into, "out": out, "cache_read": None, "cache_write_5m": None},
            end_of_life=END_OF_LIFE.get(model),
        )

    print(f"""\
# What each model can do. Made by scripts/models.py; do not edit by hand.
#
# Sources ({DATE}): LiteLLM 1.109.1 (ids, prices, limits), langchain-aws 1.9.1 (limits, names),
# recorded Bedrock traffic and provider documentation (prefill, on-demand, corrections: see the script).
# These are third-party tables: a limit that Bedrock itself tells at run time stands above them.
#
# prefill        accepted | refused | unknown; with reasoning off and no tools
# prefill_error  which message a refusal has
# sampling       both | one (temperature or topP, not both) | none
# cache_counts   whether its usage counts the cache even when nothing is cached
# tool_type      whether its tool calls carry `type: tool_use` on Converse
# on_demand      whether the bare id is served; otherwise only inference profiles are
# profiles       prefixes of the cross-region inference profiles
# price          US dollars per million tokens, bare or global id: input, output, cache read, cache write
""")
    for model in sorted(rows):
        row = rows[model]
        print("[[model]]")
        print(f"id = {text(model)}")
        print(f"name = {text(row['name'])}")
        print(f"provider = {text(provider(model))}")
        if row["context"]:
            print(f"context = {row['context']}")
        if row["max_output"]:
            print(f"max_output = {row['max_output']}")
        if model.startswith("anthropic."):
            # Converse's own default where the request names no limit; observed, not documented.
            print("default_max_tokens = 4096")
        verdict = prefill(model)
        print(f'prefill = "{verdict}"')
        if verdict == "refused":
            print(f'prefill_error = "{prefill_error(model)}"')
        if model.startswith("mistral."):
            print("echoes = true")
        print(f"reasoning = {text(row['reasoning'])}")
        print(f'sampling = "{sampling(model)}"')
        print(f"inputs = {text(row['inputs'])}")
        print(f"on_demand = {text(on_demand(model, row['profiles']))}")
        print(f"profiles = {text(row['profiles'])}")
        print(f"count_tokens = {text(count_tokens(model))}")
        if cache_counts(model):
            print("cache_counts = true")
        if tool_type(model):
            print("tool_type = true")
        price = row["price"]
        if price["in"] is not None and price["out"] is not None:
            read = price["cache_read"] if price["cache_read"] is not None else price["in"]
            write = price["cache_write_5m"] if price["cache_write_5m"] is not None else price["in"]
            print(f"price = {{ input = {price['in']}, output = {price['out']}, cache_read = {read}, cache_write = {write} }}")
        if row["end_of_life"]:
            print(f'end_of_life = "{row["end_of_life"]}"')
        print()


main()
