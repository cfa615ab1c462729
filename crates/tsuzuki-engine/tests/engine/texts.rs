//! Texts of our own, of the kinds that seams spoil.

pub(crate) const TEXTS: &[(&str, &str)] = &[
    ("english prose", ENGLISH),
    ("japanese prose", JAPANESE),
    ("python", PYTHON),
    ("nested fences", FENCES),
    ("table and list", TABLE),
    ("json", JSON),
    ("latex", LATEX),
    ("emoji", EMOJI),
    ("crlf", CRLF),
    ("repetitive", REPETITIVE),
    ("korean and chinese", KOREAN_CHINESE),
];

const ENGLISH: &str = "Rivers begin small. A spring on a hillside, a patch of melting snow, a marsh that never quite \
dries: any of these will do.\n\nFrom there the water looks for the lowest way. It cuts into soft ground and bends around \
hard rock, and what it cuts it carries along. \"Every flood,\" the old boatmen said, \"is a letter from the hills.\"\n\n\
In the plain the river slows down. It drops its load, first the stones, then the sand, then the mud; and so it builds, \
year after year, the very banks that hold it. When it reaches the sea it has one thing left to give: the finest silt, \
which becomes new land.\n";

const JAPANESE: &str = "川は小さく始まる。山腹の泉、溶けかけた雪、いつまでも乾かない湿地など、どれでもよい。\n\n\
そこから水はいちばん低い道を探す。やわらかい土を削り、かたい岩を避けて曲がり、削ったものを運んでいく。\
「洪水は、山からの手紙だ」と昔の船頭たちは言った。\n\n平野に出ると、川はゆっくりになる。まず石、次に砂、最後に泥を落とし、\
年ごとに、自分を支える岸をつくる。いろいろな生き物が、その岸でいきいきと暮らしている。海に着くころ、残っているのは細かい土だけで、\
それがまた新しい陸になる。\n";

const PYTHON: &str = "Here is the function:\n\n```python\ndef total(values, *, start=0):\n    \"\"\"Adds numbers, skipping None.\"\"\"\n    result = start\n    for value in values:\n        if value is None:\n            continue\n        result += value\n    return result\n\n\ndef mean(values):\n    numbers = [value for value in values if value is not None]\n    if not numbers:\n        return None\n    return total(numbers) / len(numbers)\n```\n\nCall it with `total([1, None, 2])`, which gives `3`.\n";

const FENCES: &str = "A Markdown file that shows Markdown:\n\n````markdown\n# Title\n\n```sh\nmake run\nmake test\n```\n\n- one\n  - two\n    - three\n````\n\nand then plain text again, with `inline` code and a line that ends in two spaces  \nfor a hard break.\n\n~~~text\n$ echo '```'\n```\n~~~\n\nDone.\n";

const TABLE: &str = "| Model | Input | Output |\n|---|---:|---:|\n| Small | 0.25 | 1.25 |\n| Medium | 3.00 | 15.00 |\n| Large | 15.00 | 75.00 |\n| Largest | 30.00 | 150.00 |\n\nWhat follows from it:\n\n1. Output costs five times as much as input.\n2. The large one costs five times as much as the medium one.\n   - For input and output alike.\n   - The largest doubles that again.\n3. Ask the small one first.\n";

const JSON: &str = "{\n  \"items\": [\n    {\"id\": 1, \"name\": \"Alice\", \"score\": 12.50, \"tags\": [\"a\", \"b\"]},\n    {\"id\": 2, \"name\": \"Bob\", \"score\": 1200000, \"tags\": []},\n    {\"id\": 3, \"name\": \"\\u3042\\\"quoted\\\"\", \"score\": -0.001, \"tags\": [\"c\\\\d\", \"e\\nf\"]}\n  ],\n  \"total\": 3,\n  \"next\": null\n}\n";

const LATEX: &str = "The series converges:\n\n$$\\sum_{n=1}^{\\infty} \\frac{1}{n^{2}} = \\frac{\\pi^{2}}{6}$$\n\nand for $|x| < 1$ we have \\(\\frac{1}{1-x} = 1 + x + x^{2} + \\dots\\), so that\n\n\\begin{align}\n  \\int_0^1 \\frac{\\mathrm{d}x}{1+x^{2}} &= \\arctan 1 \\\\\n  &= \\frac{\\pi}{4}.\n\\end{align}\n";

const EMOJI: &str = "Great job 🎉 everyone! The family 👨‍👩‍👧‍👦 came along, waving flags 🇯🇵🇫🇷, and 👩🏽‍🚀 gave a talk. \
Keycaps 1️⃣2️⃣3️⃣ and hearts ❤️‍🔥 were everywhere. ぱんとパン (with は+゚ as a combining mark: ぱ), é and é look alike. \
Score: 💯💯💯💯💯💯.\n";

const CRLF: &str = "Line one ends in CRLF\r\nline two too\r\n\r\n    an indented line\r\n\ta tabbed line\r\n名前：　太郎　\r\n住所：　東京都\r\nthe end\r\n";

const REPETITIVE: &str = "0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0001\n\
- Use the cache.\n- Use the cache.\n- Use the cache.\n- Use the cache.\n- Use the index.\n- Use the cache.\n- Use the cache.\n\
いろいろな色のいろいろな紙。いろいろな色のいろいろな紙。いろいろな色のいろいろな糸。\n|---|---|---|---|---|---|---|---|\nhahahahahahahahahahahahahahaha!\n";

const KOREAN_CHINESE: &str = "강은 작게 시작된다. 산비탈의 샘, 녹아 가는 눈, 좀처럼 마르지 않는 늪이면 충분하다. 물은 가장 낮은 길을 찾아 흐른다.\n\n\
河流起初很小。山坡上的泉水、正在融化的雪、从不干涸的沼泽，都可以是它的源头。水寻找最低的路，绕过坚硬的岩石，把泥沙带往平原，最后流进大海。\n";
