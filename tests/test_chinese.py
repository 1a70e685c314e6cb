"""The Chinese of all that people read in a terminal: nothing is missing, and nothing has English punctuation."""

from __future__ import annotations

import ast
import re
import string
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from minipanel.access.keys import SCOPES
from minipanel.alerts.channel_config import CHANNEL
from minipanel.config import values
from minipanel.config.section import Section
from minipanel.errors import ConfigError
from minipanel.models.access import SENTENCES
from minipanel.models.faults import FIELDS
from minipanel.rollout.outcome import Word
from minipanel.sections import ROOMS, load_config
from minipanel.translations.catalogue import CHINESE as CATALOGUE
from minipanel.translations.catalogue import in_chinese
from minipanel.translations.cli import FRAME
from minipanel.translations.system import CHINESE as SYSTEM
from tests.panel.commands import run, written_config
from tests.punctuation import HALF_WIDTH

ROOT = Path(__file__).resolve().parent.parent
ROOMS_OF_TROUBLE = (
    "commands/overview.py",
    "services/forecast.py",
    "commands/backup_overview.py",
    "machine/health.py",
    "database/connection.py",
    "database/newest.py",
    "database/schema.py",
    "database/copy.py",
    "services/backups.py",
    "archive/engine.py",
    "archive/probe.py",
    "archive/trouble.py",
)
"""The modules with the sentences about what may be wrong."""

MADE_OF_PARTS = {
    "alerts/channel_config.py": "what is wrong with an address, or which key has it already",
    "alerts/channels/secret.py": "what is wrong with an address",
    "config/table.py": "what is wrong, behind the name of the file",
    "setup/change/revert.py": "two errors, one after the other",
    "setup/change/rollback.py": "two errors, one after the other",
}
"""Where an error's English is put together from parts, and from which. Each whole is in the catalogue."""


def test_chinese_has_chinese_punctuation() -> None:
    assert [chinese for chinese in CATALOGUE.values() if HALF_WIDTH.search(chinese)] == []


def test_both_languages_have_the_same_values() -> None:
    assert [english for english, chinese in CATALOGUE.items() if values_in(english) != values_in(chinese)] == []


def values_in(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_a_sentence_is_in_only_one_catalogue_once() -> None:
    homes = [
        ast.literal_eval(key)
        for path in (ROOT / "minipanel/translations").glob("*.py")
        for catalogue in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(catalogue, ast.Dict)
        for key in catalogue.keys
        if key is not None
    ]
    assert {english: count for english, count in Counter(homes).items() if count > 1} == {}
    assert set(homes) == set(CATALOGUE)


def test_every_sentence_that_is_translated_has_its_chinese() -> None:
    words = {word.value.replace("_", " ") for word in Word} | set(SENTENCES.values()) | {"Outcome", "Count", "Why"}
    assert sorted((translated() | words) - set(CATALOGUE) - {""}) == []


def translated() -> set[str]:
    """Return what the panel's code passes to t() or say(), directly or through a name."""
    found = set()
    for path in sources():
        tree = ast.parse(path.read_text("utf-8"))
        given = [node.args[0] for node in ast.walk(tree) if isinstance(node, ast.Call) and is_translation(node)]
        names = {node.id for node in given if isinstance(node, ast.Name)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in names:
                given.append(node.value)
        found |= {text for node in given for text in texts(node)}
    return found


def sources() -> list[Path]:
    return [path for path in sorted((ROOT / "minipanel").rglob("*.py")) if path.parent.name != "translations"]


def is_translation(call: ast.Call) -> bool:
    return bool(call.args) and ast.unparse(call.func).rpartition(".")[2] in ("t", "_t", "say", "_say")


def texts(node: ast.expr) -> Iterator[str]:
    """Yield the text that an expression is, or may be."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from (*texts(node.body), *texts(node.orelse))


def test_no_chinese_is_left_over() -> None:
    """The code contains each sentence's longest piece between its values, numbers and stops."""
    code = [*sources(), *(ROOT / "agent").rglob("*.py")]
    nodes = (node for path in code for node in ast.walk(ast.parse(path.read_text("utf-8"))))
    there = "\n".join({str(node.value) for node in nodes if isinstance(node, ast.Constant)})
    there += "\n".join([*(word.value.replace("_", " ") for word in Word), " or ".join(SCOPES)])
    left = [english for english in CATALOGUE if longest_piece(english) not in there]
    assert sorted(set(left) - set(FRAME) - set(SYSTEM)) == []


def longest_piece(english: str) -> str:
    return max((piece.strip() for piece in re.split(r"{\w+}|[\d;:,.]+|\b(?:is|are|has|with|in) ", english)), key=len)


@pytest.mark.parametrize("path", ROOMS_OF_TROUBLE)
def test_every_trouble_that_status_may_report_has_its_chinese(path: str) -> None:
    assert [sentence for sentence in sentences(ROOT / "minipanel" / path) if in_chinese(sentence) == sentence] == []


def sentences(path: Path) -> Iterator[str]:
    """Yield each sentence in a file, with an X1 for each value. Docstrings and log lines do not count."""
    tree = ast.parse(path.read_text("utf-8"))
    passed_over = {id(inner) for node in ast.walk(tree) if is_passed_over(node) for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if id(node) in passed_over or not isinstance(node, ast.Constant | ast.JoinedStr):
            continue
        text = text_of(node)
        if re.fullmatch(r"([A-Z\[]|munged ).* .*\.", text, re.DOTALL):
            yield text


def text_of(node: ast.Constant | ast.JoinedStr) -> str:
    text = "".join(str(part.value) if isinstance(part, ast.Constant) else "X1" for part in parts_of(node))
    return re.sub(r"{\w+}", "X1", text)


def parts_of(node: ast.Constant | ast.JoinedStr) -> list[ast.expr]:
    return node.values if isinstance(node, ast.JoinedStr) else [node]


def is_passed_over(node: ast.AST) -> bool:
    """Return whether nobody reads it at a terminal. The parts of a text are examined with the whole."""
    if isinstance(node, ast.JoinedStr):
        return False
    is_text_alone = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return is_text_alone or (isinstance(node, ast.Call) and ast.unparse(node.func).startswith("log."))


def test_every_error_keeps_its_values_apart_and_has_its_chinese() -> None:
    """If it fails: give the error a template and values, and add its Chinese to minipanel/translations."""
    woven, missing = set(), set()
    for path, call, first in errors_made():
        if isinstance(first, ast.JoinedStr):
            woven.add(path)
        elif isinstance(first, ast.Constant) and " " in first.value:
            words = f"{{path}}: {first.value}." if ast.unparse(call.func).endswith(".error") else first.value
            missing |= set() if words in CATALOGUE else {f"{path}:{call.lineno}: {words}"}
    assert missing == set()
    assert woven == set(MADE_OF_PARTS)


def errors_made() -> Iterator[tuple[str, ast.Call, ast.expr]]:
    """Yield each place where an error of one sentence is made, or a sentence: file, call, first argument."""
    trees = {path: ast.parse(path.read_text("utf-8")) for path in sorted((ROOT / "minipanel").rglob("*.py"))}
    names = {"SentenceError"}
    classes = [node for tree in trees.values() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    for _ in range(4):
        names |= {each.name for each in classes if {ast.unparse(base) for base in each.bases} & names}
    names |= {"Sentence", "table.error", "self.error"}
    for path, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and node.args and ast.unparse(node.func) in names - {"NotAcceptable"}:
                yield str(path.relative_to(ROOT / "minipanel")), node, node.args[0]


SECTIONS = [section for section in vars(values).values() if isinstance(section, Section)]


def test_what_a_key_and_a_field_of_a_sample_may_be_has_its_chinese() -> None:
    kinds = {key.kind.allowed for section in (*SECTIONS, *ROOMS, CHANNEL) for key, _ in section.keys.values()} | {
        field.allowed for field in FIELDS
    }
    # A single quoted word, as in the file, is the same in every language.
    assert [allowed for allowed in sorted(kinds) if " " in allowed and in_chinese(allowed) == allowed] == []
    assert [allowed for allowed in sorted(kinds) if re.search(r" (?:or|and) ", in_chinese(allowed))] == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("interval = 5", "interval = 7"), "{path}：[agents] 中的 interval 为 7；须为 5 到 60 之间 5 的倍数。"),
        (("interval = 5", "intervall = 5"), '{path}：[agents] 中有未知的键 "intervall"；是否应为 interval？'),
        (('auth = "token"', 'auth = "no"'), '{path}：[agents] 中的 auth 为 "no"；须为 "munge" 或 "token"。'),
        (("[agents]", "[agents"), "{path} 不是 TOML：第 39 行第 8 列，表头末尾缺少“]”。"),
        (("[agents]", "[agents]\ninterval = {a = 1}\n[x]"), '{path}：文件中有未知的键 "x"；'),
        (
            ("interval = 5", "interval = {a = 1}"),
            "{path}：[agents] 中的 interval 为一个表；须为 5 到 60 之间 5 的倍数。",
        ),
        (
            ("[agents]", '[storage]\nengine = "x"\n[agents]'),
            '{path}：[storage] 中的 engine 为 "x"；须为 "victoriametrics"。',
        ),
        (
            ("[agents]", '[[groups]]\nname = "a b"\nnodes = "n1"\n[agents]'),
            '{path}：第 1 个 [[groups]] 中的 name 为 "a b"；须为 1 到 64 个字母、数字、点、连字符或下划线，如 rack3。',
        ),
        (
            ("[agents]", '[[alerts.rule]]\nname = "x"\n[agents]'),
            '{path}：第 1 个 [[alerts.rule]] 中的 name 为 "x"；须为以下之一："panel", "many-down", ',
        ),
        (
            ("[agents]", '[[alerts.channel]]\nname = "a"\nkind = "webhook"\nurl = "x"\n[agents]'),
            "{path}：第 1 个 [[alerts.channel]] 中的 url 缺少协议；须为形如 https://hooks.example.org/… 的地址，",
        ),
    ],
    ids=["value", "key", "choice", "TOML", "place", "table", "one word", "group", "rule", "address"],
)
def test_a_command_ends_in_chinese_with_what_is_wrong_in_the_configuration(
    change: tuple[str, str], sentence: str, tmp_path: Path
) -> None:
    path = written_config(tmp_path).path
    path.write_text(path.read_text().replace(*change))
    done = run("nodes", "list", "--config", path, LC_ALL="zh_CN.UTF-8")
    assert done.returncode == 2
    assert done.stderr.startswith(sentence.format(path=path))


def test_a_missing_file_and_a_missing_database_are_reported_in_chinese(tmp_path: Path) -> None:
    done = run("status", "--config", tmp_path / "none.toml", LC_ALL="zh_CN.UTF-8")
    assert done.stderr == f"{tmp_path}/none.toml 不存在；请用 --config 或 MINIPANEL_CONFIG 指定配置文件。\n"
    config = written_config(tmp_path)
    done = run("backup", tmp_path / "copy.db", "--config", config.path, LC_ALL="zh_CN.UTF-8")
    assert done.stderr == f"数据库 {config.database.path} 尚不存在；面板首次启动时创建。\n"
    done = run("rollout", "nobody", "--config", config.path, LC_ALL="zh_CN.UTF-8")
    assert done.stderr == f"{config.path} 中没有名为 nobody 的节点；minipanel nodes list 列出全部节点。\n"


def test_every_sentence_of_pythons_toml_reader_is_told_in_chinese(tmp_path: Path) -> None:
    """Whatever sentence a slip of the hand brings about, in this Python."""
    texts = [
        "x", "a = ", "a = 1\na = 2", "[a]\n[a]", "a = {b = 1}\na.c = 2", "a.b = 1\n[a.b]\n", "a = [1", "a = {b = 1",
        "a = '1", 'a = "\\q"', 'a = "\\ud800"', "a = 2025-13-01", "= 1", "[a", "[[a]", "a = 1 b = 2", "a = \x01", '"a',
        "a = {b = 1, b = 2}", "a = [1 2]", 'a = "\x01"', 'a = "\\u12"', "[a.b]\n[a]\nb.c = 1", "[[a]]\n[a]", "[a]]",
        "a = []\n[[a]]", "a = 1\n[a.b]", "\x01", "# \x01", 'a = """x', "a = {b 1}", "a = {,}",
    ]  # fmt: skip
    path, english = tmp_path / "config.toml", []
    for text in texts:
        path.write_text(text)
        with pytest.raises(ConfigError) as caught:
            load_config(path)
        said = in_chinese(caught.value.words).replace(str(path), "")
        english += [said] if re.search(r"[A-Za-z]{3,} [a-z]{2,}", said) else []
    assert english == []


AVOIDED = {
    "代理版本": "Agent 版本",
    "代理停止": "Agent 停止",
    "报警": "告警",
    "警报": "告警",
    "阀值": "阈值",
    "光栅": "时序热力图",
    "掉线": "离线",
    "失去联系": "离线",
    "帐号": "账号",
    "机架": "机柜",
    "使用率": "占用率",
    "覆盖率": "完整率",
    "缺口": "缺失时段",
    "色带": "阴影带",
    "补发样本": "补传",
    "补齐": "补传",
    "节点集合": "节点集",
    "身份验证": "认证",
    "证明身份": "认证",
    "应答": "返回；响应",
    "回退": "回滚",
    "移出": "移除",
    "引导式": "交互式",
    "文件夹": "目录",
    "从未上报": "未上报",
    "没有改动": "未作任何改动",
}
"""Words that all Chinese texts avoid for a better one: users must read the same word for the same thing."""

WRITTEN = [
    *sorted((ROOT / "minipanel").rglob("*.py")),
    *sorted((ROOT / "web/src").rglob("*.ts")),
    *sorted((ROOT / "docs").glob("*.zh-CN.md")),
    ROOT / "README.zh-CN.md",
    ROOT / "install.sh",
    ROOT / "distribute-agents.sh",
]


def test_chinese_uses_one_word_for_one_thing() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {word} -> {better}"
        for path in WRITTEN
        for number, line in enumerate(path.read_text("utf-8").split("\n"), 1)
        for word, better in AVOIDED.items()
        if word in line
    ]
    assert found == []


def test_a_percent_sign_follows_its_number_in_both_languages() -> None:
    """As on the page: 97.6%."""
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "web/src").rglob("*.ts")]
    lines = [(path.name, line) for path in pages for line in path.read_text("utf-8").split("\n")]
    trees = ((path.name, ast.parse(path.read_text("utf-8"))) for path in sorted((ROOT / "minipanel").rglob("*.py")))
    lines += [
        (name, text_of(node))
        for name, tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))
    ]
    apart = re.compile(r"(?:[0-9}]|X1) %(?! ?[\w({])|[0-9}] % (?:of|in|free|copied)\b")
    assert [(name, line) for name, line in lines if apart.search(line)] == []
