"""The address of a direct link: encrypted, or a front machine inside our own network."""

import pytest

from assistance.rules.banks.endpoint import endpoint_problem


@pytest.mark.parametrize(
    "address",
    [
        "https://bank.example/link",
        "https://bank.example:8443",
        "https://10.1.2.3/link/v1",
        "http://192.168.3.4:8080/front",
        "http://127.0.0.1:9000",
        "http://[fd00::12]:9000/link",
    ],
)
def test_an_encrypted_address_or_one_inside_is_accepted(address: str) -> None:
    assert endpoint_problem(address) == ""


@pytest.mark.parametrize(
    ("address", "seen"),
    [
        ("", "不是完整的网址"),
        ("bank.example", "不是完整的网址"),
        ("https://", "不是完整的网址"),
        ("https://bank.example:port", "不是完整的网址"),
        ("https://[::1", "不是完整的网址"),
        ("https://bank.example/a b", "不是完整的网址"),
        ("https://bank.example\\@elsewhere", "不是完整的网址"),
        ("https://银行.example/", "不是完整的网址"),
        ("https://bank.example/" + "a" * 200, "不是完整的网址"),
        ("https://user:word@bank.example/", "不能写用户名或口令"),
        ("https://bank.example/?a=1", "不能有“?”或“#”"),
        ("https://bank.example/#a", "不能有“?”或“#”"),
        ("ftp://bank.example/", "须以 https:// 开头"),
        ("file:///etc/passwd", "不是完整的网址"),
        ("http://bank.example/", "可以用 http://"),
        ("http://8.8.8.8/", "可以用 http://"),
        ("http://169.254.169.254/", "可以用 http://"),
        ("http://0.0.0.0/", "可以用 http://"),
    ],
)
def test_any_other_address_is_refused_with_its_reason(address: str, seen: str) -> None:
    assert seen in endpoint_problem(address)
