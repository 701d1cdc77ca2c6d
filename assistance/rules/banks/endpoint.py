"""Where a bank may be reached: the address of a direct link, judged before it is kept.

An order names people and their accounts, so it leaves our own network encrypted only. A
bank's front machine (前置机) that stands inside it may be named by its address over HTTP.
"""

from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

LONGEST = 200  # characters


def endpoint_problem(address: str) -> str:
    """Say what is wrong with an address; empty where nothing is."""
    try:
        parts = urlsplit(address)
        named, _port = parts.hostname, parts.port
    except ValueError:
        return "直联地址不是完整的网址。"
    is_printed = address.isascii() and address.isprintable() and " " not in address
    if not is_printed or len(address) > LONGEST or "\\" in address or not named:
        return "直联地址不是完整的网址，应如 https://bank.example/link。"
    if parts.username is not None or parts.password is not None:
        return "直联地址中不能写用户名或口令。"
    if parts.query or parts.fragment:
        return "直联地址中不能有“?”或“#”及其后的内容。"
    return _road_problem(parts, named)


def _road_problem(parts: SplitResult, host: str) -> str:
    if parts.scheme == "https":
        return ""
    if parts.scheme != "http":
        return "直联地址须以 https:// 开头。"
    if _is_inside(host):
        return ""
    return (
        "直联地址须以 https:// 开头；只有设在本单位内网、以 IP 地址写明的"
        "银行前置机可以用 http://。"
    )


def _is_inside(host: str) -> bool:
    try:
        found = ip_address(host)
    except ValueError:
        return False
    return found.is_private and not (found.is_link_local or found.is_unspecified)
