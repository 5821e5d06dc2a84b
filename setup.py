"""Put the shipped abilities and models into a wheel, which the checkout has beside the package."""

import shutil

from setuptools import setup
from setuptools.command.build_py import build_py


class WithResources(build_py):
    """An editable installation finds them in the checkout."""

    def run(self) -> None:
        """Build the package, then copy them to where `benchprof.data` looks for them."""
        super().run()
        if not self.editable_mode:
            for name in ("abilities", "models"):
                target = f"{self.build_lib}/benchprof/data/{name}"
                shutil.copytree(f"resources/{name}", target, dirs_exist_ok=True)


setup(cmdclass={"build_py": WithResources})
