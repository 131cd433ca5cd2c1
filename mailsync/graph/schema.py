"""The JSON that Graph answers with, as far as it is read.

Every key may be missing: a missing property is not a null one (microsoftgraph/microsoft-graph-docs#7776).
Source: learn.microsoft.com/graph/api/resources/message, …/mailfolder, concepts/json-batching.
"""

from typing import NotRequired, TypedDict


class EmailAddress(TypedDict):
    name: NotRequired[str | None]
    address: NotRequired[str | None]


class Recipient(TypedDict):
    emailAddress: NotRequired[EmailAddress | None]


class ItemBody(TypedDict):
    contentType: NotRequired[str]
    content: NotRequired[str | None]


class InternetMessageHeader(TypedDict):
    name: NotRequired[str]
    value: NotRequired[str | None]


Message = TypedDict(
    "Message",
    {
        "@odata.type": NotRequired[str],
        "@removed": NotRequired[dict[str, str]],
        "id": str,
        "internetMessageId": NotRequired[str | None],
        "subject": NotRequired[str | None],
        "from": NotRequired[Recipient | None],
        "sender": NotRequired[Recipient | None],
        "toRecipients": NotRequired[list[Recipient] | None],
        "ccRecipients": NotRequired[list[Recipient] | None],
        "receivedDateTime": NotRequired[str | None],
        "sentDateTime": NotRequired[str | None],
        "parentFolderId": NotRequired[str | None],
        "isDraft": NotRequired[bool | None],
        "body": NotRequired[ItemBody | None],
        "internetMessageHeaders": NotRequired[list[InternetMessageHeader] | None],
        "conversationIndex": NotRequired[str | None],
    },
)

MailFolder = TypedDict(
    "MailFolder",
    {
        "@odata.type": NotRequired[str],
        "id": str,
        "displayName": NotRequired[str | None],
        "parentFolderId": NotRequired[str | None],
        "childFolderCount": NotRequired[int | None],
        "totalItemCount": NotRequired[int | None],
        "isHidden": NotRequired[bool | None],
        "filterQuery": NotRequired[str],
        "sourceFolderIds": NotRequired[list[str]],
    },
)

MessagePage = TypedDict(
    "MessagePage",
    {"value": list[Message], "@odata.nextLink": NotRequired[str], "@odata.deltaLink": NotRequired[str]},
)

FolderPage = TypedDict("FolderPage", {"value": list[MailFolder], "@odata.nextLink": NotRequired[str]})


class Me(TypedDict):
    id: str
    mail: NotRequired[str | None]
    userPrincipalName: NotRequired[str | None]
    proxyAddresses: NotRequired[list[str] | None]


class BatchRequest(TypedDict):
    id: str
    method: str
    url: str
    headers: dict[str, str]
