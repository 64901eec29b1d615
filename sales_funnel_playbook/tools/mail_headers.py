# What programs that answer by themselves say in a header: RFC 3834, and what was usual before it. "list" is
# not among them: the mail of a person who writes to a group's address has it too.
REPLIERS = ("X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Mail-Autoreply")
BULK = ("auto_reply", "bulk", "junk")


def is_automatic(message):
    """Tell whether an e-mail was written by a program: an out-of-office answer, a receipt, a mailing.

    :param email.message.EmailMessage message: as it came in

    >>> from email.message import EmailMessage
    >>> def make(**headers):
    ...     message = EmailMessage()
    ...     for name, value in headers.items():
    ...         message[name.replace("_", "-")] = value
    ...     return message
    >>> [is_automatic(make(**{name: value})) for name, value in (
    ...     ("Auto_Submitted", "auto-replied"), ("X_Autoreply", "yes"), ("Precedence", "Bulk"))]
    [True, True, True]
    >>> [is_automatic(make(**{name: value})) for name, value in (
    ...     ("Auto_Submitted", "no"), ("Precedence", "list"), ("Subject", "Re: offer"))]
    [False, False, False]
    >>> is_automatic(make(Content_Type="multipart/report; report-type=disposition-notification"))
    True
    """

    def get(name):
        return str(message.get(name) or "").partition(";")[0].strip().lower()

    return (
        get("Auto-Submitted") not in ("", "no")
        or any(get(name) not in ("", "no") for name in REPLIERS)
        or get("Precedence") in BULK
        or get("Return-Path") == "<>"
        or message.get_content_type() == "multipart/report"
    )
