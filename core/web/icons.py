"""The icons of the pages: strokes on a square of 20, drawn for this application."""

ICONS = {
    "email": '<rect x="2.5" y="4.5" width="15" height="11" rx="2"/><path d="m3 6 7 5 7-5"/>',
    "call": (
        '<path d="M5.5 3h2.2l1.5 3.8-2 1.5a9.5 9.5 0 0 0 4.5 4.5l1.5-2'
        ' 3.8 1.5v2.2a2 2 0 0 1-2.2 2A13.5 13.5 0 0 1 3.5 5.2 2 2 0 0 1 5.5 3Z"/>'
    ),
    "meeting": '<rect x="3" y="4.5" width="14" height="12" rx="2"/><path d="M3 8.5h14M6.8 2.8v3M13.2 2.8v3"/>',
    "deals": (
        '<rect x="2.5" y="6.5" width="15" height="10" rx="2"/>'
        '<path d="M7 6.5v-1a2 2 0 0 1 2-2h2a2 2 0 0 1 2 2v1M2.5 11h15"/>'
    ),
    "customers": (
        '<circle cx="7.5" cy="7" r="3"/>'
        '<path d="M2 16.5c.4-3 2.6-4.8 5.5-4.8s5.1 1.8 5.5 4.8M13 4.3a3 3 0 0 1 0 5.4M15 12.2c1.8.7 2.8 2.2 3 4.3"/>'
    ),
    "search": '<circle cx="9" cy="9" r="5.5"/><path d="m13.2 13.2 4 4"/>',
    "profile": '<circle cx="10" cy="7" r="3.3"/><path d="M3.8 17c.5-3.3 3-5.2 6.2-5.2s5.7 1.9 6.2 5.2"/>',
    "integrations": '<path d="M7.5 3v4M12.5 3v4M5 7h10v2.5a5 5 0 0 1-10 0ZM10 14.5V18"/>',
    "consent": (
        '<path d="m10 2.5 6.5 2.3v4.4c0 4-2.7 6.8-6.5 8.3-3.8-1.5-6.5-4.3-6.5-8.3V4.8Z"/><path d="m7.2 9.8 2 2 3.7-4"/>'
    ),
    "admin": '<path d="M3 6h8M15 6h2M3 14h2M9 14h8"/><circle cx="13" cy="6" r="2"/><circle cx="7" cy="14" r="2"/>',
    "out": '<path d="M11.5 3.5H16.5V16.5H11.5M3 10h9M9 7l3 3-3 3"/>',
    "account": (
        '<path d="M3.5 17V4.5a1 1 0 0 1 1-1h6a1 1 0 0 1 1 1V17M11.5 8.5h4a1 1 0 0 1 1 1V17'
        'M2 17h16M6 7h3M6 10.5h3M6 14h3"/>'
    ),
    "lead": '<path d="M10 2.5 12 8l5.5 2-5.5 2-2 5.5L8 12l-5.5-2L8 8Z"/>',
    "clock": '<circle cx="10" cy="10" r="7"/><path d="M10 6v4.3l2.8 1.7"/>',
    "warning": '<path d="M10 3 18 16.5H2ZM10 8v4M10 14.2v.1"/>',
    "check": '<path d="m4 10.5 4 4 8-9"/>',
    "cold": '<path d="M10 2.5v15M3.5 6.2l13 7.6M16.5 6.2l-13 7.6"/>',
    "inbound": '<path d="M15 5 5.5 14.5M5.5 7.5v7h7"/>',
    "outbound": '<path d="M5 15 14.5 5.5M7.5 5.5h7v7"/>',
    "lock": '<rect x="4" y="9" width="12" height="8" rx="2"/><path d="M6.8 9V6.5a3.2 3.2 0 0 1 6.4 0V9"/>',
    "down": '<path d="m5 8 5 5 5-5"/>',
    "export": '<path d="M10 3v9M6.5 8.5 10 12l3.5-3.5M3.5 16.5h13"/>',
    "delete": '<path d="M3.5 5.5h13M8 5.5v-2h4v2M5.5 5.5l.8 11h7.4l.8-11"/>',
    "question": '<circle cx="10" cy="10" r="7"/><path d="M8 8a2 2 0 1 1 2.7 1.9c-.5.2-.7.6-.7 1.3M10 13.7v.1"/>',
    "cross": '<path d="m5 5 10 10M15 5 5 15"/>',
    "pin": '<path d="M7 3h6l-.7 5 2.7 3H5l2.7-3ZM10 11v6"/>',
}
