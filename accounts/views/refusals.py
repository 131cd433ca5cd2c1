"""How a refused sign-in or consent is told to the person."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.domain.sign_in import SignInRefused
from accounts.microsoft.wording import in_words
from core.http.errors import Consequence, OutsideError

View = Callable[..., HttpResponse]

_STATUS = {Consequence.RETRY_LATER: 503, Consequence.ALARM_OPERATOR: 503}


def telling_refusals(template: str) -> Callable[[View], View]:
    """Show `template` with the sentence and the next step where the view is refused."""

    def decorate(view: View) -> View:
        @wraps(view)
        def told(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            try:
                return view(request, *args, **kwargs)
            except SignInRefused as refusal:
                return render(request, template, {"refusal": refusal}, status=400)
            except OutsideError as refusal:
                status = _STATUS.get(refusal.consequence, 400)
                return render(request, template, {"refusal": in_words(refusal)}, status=status)

        return told

    return decorate
