"""How a round is called: its period and its scheme, without saying a word twice."""


def occasion(period: str, scheme: str) -> str:
    """`2027年元旦春节` and `元旦春节送温暖慰问` make `2027年元旦春节送温暖慰问`."""
    shared = next(
        (
            length
            for length in range(min(len(period), len(scheme)), 0, -1)
            if period.endswith(scheme[:length])
        ),
        0,
    )
    return period + scheme[shared:]
