"""Take the style sheet of govuk-frontend (MIT) into the tree, without what belongs to the UK government.

`npm pack govuk-frontend@6.3.0` (the version that govuk-frontend-jinja 4.1 renders for), then
`python -m infra.vendor_assets govuk-frontend-6.3.0.tgz`. Removed: its typeface (not free), crests, the crown,
the government header, and components whose scripts we do not ship.
"""

import re
import sys
import tarfile
from pathlib import Path

MEMBER = "package/dist/govuk/govuk-frontend.min.css"
TARGET = Path("templates/assets/vendor/govuk-frontend/govuk-frontend.min.css")
UNWANTED = re.compile(
    r"\.govuk-(footer__(copyright-logo|crown|licence-logo)|header\b|logo|accordion|tabs|cookie-banner"
    r"|exit-this-page|password-input)"
)
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
EMPTY_GROUP = re.compile(r"@(media|supports)[^{}]*\{\s*\}")
FONT_FACE = re.compile(r"(/\*![^*]*Calvert.*?\*/)?@font-face\{[^}]*\}", re.S)


def without_unwanted(match: re.Match[str]) -> str:
    """A rule without its unwanted selectors; nothing when no selector is left."""
    selectors, body = match.groups()
    kept = [one for one in split_selectors(selectors) if not UNWANTED.search(one)]
    return f"{','.join(kept)}{{{body}}}" if kept else ""


def split_selectors(selectors: str) -> list[str]:
    """Split at the commas that stand outside of parentheses."""
    parts, depth = [""], 0
    for char in selectors:
        depth += (char == "(") - (char == ")")
        if char == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += char
    return parts


def adapt(css: str) -> str:
    """The style sheet as we ship it: every font comes from --townkit-font, no url() is left."""
    css = FONT_FACE.sub("", css)
    css = css.replace("GDS Transport,arial,sans-serif", "var(--townkit-font,sans-serif)")
    css = re.sub(r"/\*# sourceMappingURL.*?\*/", "", css)
    css = RULE.sub(without_unwanted, css)
    while EMPTY_GROUP.search(css):
        css = EMPTY_GROUP.sub("", css)
    for word in ("url(", "crest", "crown", "GDS Transport"):
        if word in css:
            raise ValueError(f"{word!r} is still in the style sheet")
    return css.strip() + "\n"


def main() -> None:
    """Read the package named on the command line, write the adapted style sheet."""
    with tarfile.open(sys.argv[1]) as package:
        member = package.extractfile(MEMBER)
        if member is None:
            raise FileNotFoundError(MEMBER)
        TARGET.write_text(adapt(member.read().decode()), encoding="utf-8")


if __name__ == "__main__":
    main()
