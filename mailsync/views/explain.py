""" "Why isn't this email here?" The answer is shown once, to the mailbox's owner, and kept nowhere."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.viewer import ViewerRequest, viewer_required
from mailsync.forms import ExplainForm
from mailsync.models import Mailbox
from mailsync.selectors.mailboxes import own_mailbox
from mailsync.services.explain import Explanation, NotFound, TooManyQuestions, Unanswered, explain_message

_STATUS = {TooManyQuestions: 429, Unanswered: 503}


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@viewer_required
def explain(request: ViewerRequest) -> HttpResponse:
    """`/profile/integrations/explain/`; asked by POST, so that no Message-ID stands in a server's log."""
    mailbox = own_mailbox(request.user)
    form, found, status = ExplainForm(request.POST if request.method == "POST" else None), [], 200
    if mailbox and form.is_bound and form.is_valid():
        try:
            found = _answer(mailbox, form)
        except (NotFound, TooManyQuestions, Unanswered, ValueError) as refusal:
            form.add_error(None, str(refusal))
            status = _STATUS.get(type(refusal), 200)
    context = {"mailbox": mailbox, "form": form, "found": found}
    return render(request, "mailsync/explain.html", context, status=status)


def _answer(mailbox: Mailbox, form: ExplainForm) -> list[Explanation]:
    asked = form.cleaned_data
    return explain_message(mailbox=mailbox, message_id=asked["message_id"], sender=asked["sender"], day=asked["day"])
