"""Where Microsoft's change notifications arrive (F29): a handshake, or a list of what woke us."""

import json

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from mailsync.services.subscriptions import take_notifications

_LONGEST_TOKEN = 2_048
MOST_BYTES = 1024 * 1024
"""Of a body: a thousand notifications are a third of it."""


@csrf_exempt
@require_POST
def notifications(request: HttpRequest) -> HttpResponse:
    """Repeat the validation token within ten seconds; answer anything else 202 within three, whoever sent it."""
    token = request.GET.get("validationToken")
    if token is not None:
        return HttpResponse(token[:_LONGEST_TOKEN], content_type="text/plain; charset=utf-8")
    content = request.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        return HttpResponse(status=413)
    try:
        body = json.loads(content)
        told = body["value"] if isinstance(body["value"], list) else []
    except (ValueError, KeyError, TypeError, RecursionError):
        return HttpResponse(status=400)
    take_notifications(told, now=timezone.now())
    return HttpResponse(status=202)
