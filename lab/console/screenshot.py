"""Pictures of the running console for the README: ``python -m lab.console.screenshot``.

The local environment must be up; with a fault running there is more to see.
"""

from pathlib import Path
from typing import Annotated

import typer
from playwright.sync_api import sync_playwright

from lab.console.browser import find_browser
from lab.endpoints import read_endpoints
from lab.layout import ROOT
from lab.output import Root, errors

# File below docs/ -> width and height in pixels, and pixels of the picture for each.
PICTURES = {"console.png": (1440, 1800, 1), "console-phone.png": (390, 1560, 2)}


def screenshot(
    root: Root = ROOT,
    to: Annotated[Path, typer.Option(help="Folder of the pictures.")] = ROOT / "docs",
) -> None:
    """Take them."""
    with errors(as_json=False):
        url = read_endpoints(root).console
        browser_path = find_browser()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=browser_path)
            for file, (width, height, scale) in PICTURES.items():
                page = browser.new_page(
                    viewport={"width": width, "height": height}, device_scale_factor=scale, reduced_motion="reduce"
                )
                page.goto(url)
                # Fonts and mails come after the page itself.
                page.wait_for_load_state("networkidle")
                page.screenshot(path=to / file)
                print(to / file)
            browser.close()


if __name__ == "__main__":
    typer.run(screenshot)
