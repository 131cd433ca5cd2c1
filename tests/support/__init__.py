"""What tests of several rooms share; an assertion here tells what it compared, as one in a test does."""

from pkgutil import iter_modules

import pytest

pytest.register_assert_rewrite(*(module.name for module in iter_modules(__path__, f"{__name__}.")))
