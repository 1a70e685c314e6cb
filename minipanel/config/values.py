"""config.toml as plain data, and the declarations of its sections. All values have been checked."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, cast

from minipanel.config import kinds
from minipanel.config.section import Key, Section
from minipanel.config.table import Table
from minipanel.models.caller import ROLES, Role

DEFAULT_PATH = Path("/etc/minipanel/config.toml")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ServerConfig:
    """[server]. `url`: where agents report, without a slash at its end. Both TLS files are set, or neither."""

    host: Annotated[
        str,
        Key(
            kinds.address(),
            "Browsers and agents connect to this address and port; 0.0.0.0 is every address of this machine.",
            "浏览器和 Agent 连接的监听地址和端口；0.0.0.0 表示本机的所有地址。",
            default="0.0.0.0",
        ),
    ]
    port: Annotated[int, Key(kinds.whole_number(1, 65535), default=8080)]
    url: Annotated[
        str,
        Key(
            kinds.url(),
            "Where the agents report: this machine's address as the nodes see it.",
            "Agent 的上报地址，即节点访问本机所用的地址。",
        ),
    ]
    jwt_secret: Annotated[
        str,
        Key(
            kinds.secret(),
            "Signs the sessions of the page: at least 32 random bytes. A new one logs everybody out.",
            "网页会话的签名密钥：至少 32 个随机字节。更换后所有人都须重新登录。",
        ),
    ]
    session_hours: Annotated[
        float, Key(kinds.number(1, 720), "How long a login lasts, 1 to 720 hours.", "登录有效期，1 到 720 小时。")
    ] = 12
    tls_certificate: Annotated[
        Path | None,
        Key(
            kinds.file_path(),
            "For HTTPS: the certificate with its chain, and its key, both PEM files. Set both, or neither.",
            "用于 HTTPS：证书（含证书链）和私钥，均为 PEM 文件；须同时设置，或都不设置。",
            example="tls_certificate.pem",
        ),
    ] = None
    tls_key: Annotated[Path | None, Key(kinds.file_path(), example="tls_key.pem")] = None
    hosts: Annotated[
        tuple[str, ...],
        Key(
            kinds.hostnames(),
            "More names that browsers may use for the panel, besides addresses, this machine's names and that in url.",
            "浏览器访问面板时还可以使用的主机名；地址、本机的主机名和 url 中的主机名无需列出。",
        ),
    ] = ()
    trusted_proxies: Annotated[
        tuple[str, ...],
        Key(
            kinds.node_addresses(),
            "Addresses of reverse proxies. Login limits and the log then use the client that X-Forwarded-For names.",
            "反向代理的地址：登录限制和日志将以 X-Forwarded-For 中的客户端地址为准。",
        ),
    ] = ()

    user_header: Annotated[
        str | None,
        Key(
            kinds.header_name(),
            "Single sign-on: the header in which a trusted proxy names the user, who must have an account here.",
            "单点登录：可信代理在此请求头中给出用户名；该用户须在本面板有账号。",
            example="X-Forwarded-User",
        ),
    ] = None
    user_header_secret: Annotated[
        str | None,
        Key(
            kinds.secret(),
            "What that proxy sends as X-MiniPanel-Proxy-Secret, 32 bytes or more. Required if it is on this machine.",
            "代理须同时在 X-MiniPanel-Proxy-Secret 中发送此密钥（至少 32 字节）；代理在本机时必须设置。",
        ),
    ] = None

    @property
    def local_url(self) -> str:
        """The panel's URL on this machine itself: http://127.0.0.1:8080."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)
        scheme = "https" if self.tls_certificate else "http"
        return f"{scheme}://{f'[{host}]' if ':' in host else host}:{self.port}"


@dataclass(frozen=True, slots=True)
class AdminConfig:
    """[admin]: the account that always exists. `password_hash`: a bcrypt hash."""

    username: Annotated[
        str,
        Key(
            kinds.username(),
            "The account of the page. `minipanel access passwd` sets the password.",
            "网页的账号。密码用 `minipanel access passwd` 设置。",
            default="miniadmin",
        ),
    ]
    password_hash: Annotated[str, Key(kinds.password_hash())]


@dataclass(frozen=True, slots=True)
class UserConfig:
    """One of [[users]], or the administrator of [admin] as one of all accounts."""

    name: Annotated[
        str, Key(kinds.username(), "The name of one more account of the page.", "网页的另一个账号的用户名。")
    ]
    password_hash: Annotated[
        str,
        Key(
            kinds.password_hash(),
            "Its password: `minipanel access users add` and `minipanel access users passwd` write it.",
            "该账号的密码，由 `minipanel access users add` 和 `minipanel access users passwd` 写入。",
        ),
    ]
    role: Annotated[
        Role,
        Key(
            kinds.choice(*ROLES),
            "A viewer sees everything and changes nothing; an admin may do what the account of [admin] may.",
            "viewer（只读用户）可查看全部内容，不能作任何改动；admin 与 [admin] 的账号权限相同。",
        ),
    ] = "viewer"


@dataclass(frozen=True, slots=True)
class DatabaseConfig:
    """[database]. `path` is absolute."""

    path: Annotated[
        Path,
        Key(
            kinds.file_path(),
            "The SQLite file. A relative path starts at the folder of config.toml.",
            "SQLite 数据库文件。相对路径从 config.toml 所在的目录算起。",
            default=Path("/var/lib/minipanel/data.db"),
        ),
    ]
    retention_days: Annotated[
        int,
        Key(
            kinds.whole_number(1, 3650),
            "How many days 5-minute records are kept, 1 to 3650. The page draws spans of up to 31 days from them.",
            "5 分钟记录的保留天数，1 到 3650。不超过 31 天的时间范围由它们绘制。",
        ),
    ] = 32
    hours_days: Annotated[
        int,
        Key(
            kinds.whole_number(1, 3650),
            "How many days of history are kept in hours, 1 to 3650; never fewer than records are.",
            "小时历史的保留天数，1 到 3650；不短于 5 分钟记录的保留天数。",
        ),
    ] = 400


@dataclass(frozen=True, slots=True)
class AgentsConfig:
    """[agents]: how agents authenticate and how often they report.

    `secret`: always set if `auth` is token. `munge_socket`: None for munged's default socket.
    """

    auth: Annotated[
        Literal["munge", "token"],
        Key(
            kinds.choice("munge", "token"),
            'How agents authenticate: "munge" with MUNGE, "token" with a token made from the secret.',
            'Agent 的认证方式："munge" 使用集群的 MUNGE，"token" 使用由 secret 生成的令牌（token）。',
            default="munge",
        ),
    ]
    secret: Annotated[
        str | None,
        Key(
            kinds.secret(),
            "Token only: at least 32 random bytes. After a change, agents are refused until the next roll-out.",
            "仅用于 token：至少 32 个随机字节。更换后旧令牌全部失效，须重新分发。",
        ),
    ] = None
    allowed_uids: Annotated[
        tuple[int, ...],
        Key(
            kinds.uids(),
            "MUNGE only: the UIDs that agents may run as.",
            "仅用于 MUNGE：允许运行 Agent 的用户 UID。",
        ),
    ] = (0,)
    munge_socket: Annotated[
        str | None,
        Key(
            kinds.socket_path(),
            "MUNGE only: munged's socket on this machine, if it is not the usual one.",
            "仅用于 MUNGE：本机 munged 的套接字，不在默认位置时填写。",
        ),
    ] = None
    interval: Annotated[
        int,
        Key(
            kinds.whole_number(5, 60, step=5),
            "Seconds between two samples: 5 to 60, a multiple of 5.",
            "采样间隔（秒）：5 到 60，须为 5 的倍数。",
        ),
    ] = 5


@dataclass(frozen=True, slots=True)
class HostsConfig:
    """[hosts]: the lines of /etc/hosts that are not nodes. `ignore`: see NamePatterns."""

    ignore: Annotated[
        tuple[str, ...],
        Key(
            kinds.name_patterns(),
            'Lines of /etc/hosts that are not nodes, by any of their names: "*-ib", "switch?", "node[17-20]".',
            '/etc/hosts 中不作为节点的行，行中任一名称匹配即可："*-ib"、"switch?"、"node[17-20]"。',
        ),
    ] = ()


@dataclass(frozen=True, slots=True)
class NodeConfig:
    """One of [[nodes]]. Addresses are in the form of Python's ipaddress, an IPv4-mapped IPv6 address as IPv4.

    `addresses`: other addresses than `ip` that its agent may report from. Several nodes may share one.
    """

    name: Annotated[
        str, Key(kinds.node_name(), "The name that people see.", "显示的名称。", "", words=("the hostname", "主机名"))
    ]
    ip: Annotated[str, Key(kinds.node_address(), "The node's address.", "节点的地址。")]
    hostname: Annotated[str, Key(kinds.hostname(), "The name its agent reports under.", "Agent 上报时使用的主机名。")]
    enabled: Annotated[
        bool,
        Key(kinds.flag(), "`false` keeps the history and refuses new samples.", "`false` 保留历史数据，但拒绝新样本。"),
    ] = True
    addresses: Annotated[
        tuple[str, ...],
        Key(
            kinds.node_addresses(),
            "MUNGE only: addresses besides `ip` that its agent may report from.",
            "仅用于 MUNGE：除 `ip` 之外，该节点的 Agent 还可以从哪些地址上报。",
        ),
    ] = ()


@dataclass(frozen=True, slots=True)
class GroupConfig:
    """One of [[groups]]. `nodes` may contain names that are not nodes of the panel."""

    name: Annotated[
        str,
        Key(
            kinds.group_name(),
            "What the group is called; `@` and this name stand for its nodes.",
            "节点组的名称；`@` 加名称表示组内的节点。",
            words=("required", "必填"),
        ),
    ]
    nodes: Annotated[
        tuple[str, ...],
        Key(kinds.node_set(), "Its nodes, as a node set.", "组内的节点，用节点集表示。", words=("required", "必填")),
    ]


@dataclass(frozen=True, slots=True)
class Config:
    """The whole file. `path`: the file itself, absolute. `rooms`: the values of the rooms' sections, by name."""

    path: Path
    server: ServerConfig
    admin: AdminConfig
    database: DatabaseConfig
    agents: AgentsConfig
    nodes: tuple[NodeConfig, ...] = ()
    hosts: HostsConfig = HostsConfig()
    users: tuple[UserConfig, ...] = ()
    groups: tuple[GroupConfig, ...] = ()
    rooms: Mapping[str, Any] = field(default_factory=dict)

    @property
    def accounts(self) -> tuple[UserConfig, ...]:
        """All users who may log in, the administrator of [admin] first."""
        return (UserConfig(self.admin.username, self.admin.password_hash, "admin"), *self.users)

    def of(self, section: Section[T]) -> T:
        """Return the value of a room's section."""
        return cast(T, self.rooms.get(section.name, section.default))


Rooms = tuple[Section[Any], ...]
"""The sections that rooms declare, besides those below."""


def _check_server(table: Table, server: ServerConfig) -> ServerConfig:
    _refuse_open_header(table, server)
    return _check_tls(table, server)


def _refuse_open_header(table: Table, server: ServerConfig) -> None:
    """Raise ConfigError for a header with users' names that no proxy, or every user of this machine, could send."""
    if server.user_header is None:
        if server.user_header_secret is not None:
            raise table.error("user_header_secret in {place} needs user_header, which is missing", place=table.place)
        return
    if not server.trusted_proxies:
        raise table.error(
            "user_header in {place} needs trusted_proxies, the addresses of the proxies that may name a user",
            place=table.place,
        )
    local = next((address for address in server.trusted_proxies if ip_address(address).is_loopback), None)
    if local is not None and server.user_header_secret is None:
        raise table.error(
            "user_header in {place} with {local} in trusted_proxies needs user_header_secret: "
            "otherwise every user of this machine could name themselves admin",
            place=table.place,
            local=local,
        )


def _check_tls(table: Table, server: ServerConfig) -> ServerConfig:
    """Raise ConfigError for one file without the other, and for files that can't be read."""
    files = {"tls_certificate": server.tls_certificate, "tls_key": server.tls_key}
    missing = [key for key, path in files.items() if path is None]
    if len(missing) == 1:
        there = next(key for key in files if key not in missing)
        raise table.error(
            "{key} is missing in {place}; it must be set together with {other}",
            key=missing[0],
            place=table.place,
            other=there,
        )
    for key, path in files.items():
        try:
            if path is not None:
                path.open("rb").close()
        except OSError as error:
            raise table.error(
                "{key} in {place} is {file}, which can't be read: {reason}",
                key=key,
                place=table.place,
                file=path,
                reason=error.strerror,
            ) from None
    return server


def _check_secret(table: Table, agents: AgentsConfig) -> AgentsConfig:
    if agents.auth == "token" and agents.secret is None:
        raise table.missing("secret", kinds.secret().allowed)
    return agents


def _named(_: Table, node: NodeConfig) -> NodeConfig:
    return node if node.name else replace(node, name=node.hostname)


SERVER = Section("server", ServerConfig, _check_server)
ADMIN = Section("admin", AdminConfig)
USERS = Section("users", UserConfig)
DATABASE = Section("database", DatabaseConfig)
AGENTS = Section("agents", AgentsConfig, _check_secret)
HOSTS = Section("hosts", HostsConfig)
NODES = Section("nodes", NodeConfig, _named)
GROUPS = Section("groups", GroupConfig)
