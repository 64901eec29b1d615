"""The documents in English."""

NEEDS = (
    "Needs analysis",
    "Write down what the customer said, in their words. Have them confirm it before the demo.",
    [
        ("fields", ["Customer", "Date", "Industry and size", "Written by", "Talked with",
                    "Present solution"]),
        ("table", "Pain points", ["Problem", "Who has it", "What it costs them", "Since when"], 3),
        ("table", "Goals", ["What they want to reach", "How they measure it", "By when"], 3),
        ("table", "Use", ["Who would use the product", "For what", "How many people"], 2),
        ("lines", "Decision", ["Who decides, who advises", "Budget range, and whose it is",
                               "How they buy, until when", "What else they look at"]),
        ("lines", "Next", ["Open questions", "Next step: who, what, when", "Confirmed by (name, date)"]),
    ],
)  # fmt: skip
MINUTES = (
    "Negotiation minutes",
    "Fill it in during the talk, read it out at the end, and send it the same day.",
    [
        ("fields", ["Customer", "Date and place", "On their side", "On our side", "Deal", "Written by"]),
        ("rows", "Terms", ["Subject", "They ask for", "We offer", "Agreed"],
         ["Scope and number of users", "Price and discount", "Term and renewal", "Payment",
          "Service level and support", "Data protection", "Liability", "Start and training"]),
        ("table", "Open points", ["Point", "Who settles it", "By when"], 3),
        ("lines", "Result", ["What we gave, and what for", "Who still has to approve",
                             "Risks that came up", "Next step and date"]),
    ],
)  # fmt: skip
CUSTOMER = (
    "Customer file",
    "What delivery needs for the kick-off, so that the customer has to tell nothing twice.",
    [
        ("fields", ["Customer", "Legal name, address", "Contract, signed on", "Term, notice by",
                    "Salesperson", "Project lead"]),
        ("table", "People",
         ["Name", "Role (sponsor, user, IT, billing)", "Phone and email", "Good to know"], 4),
        ("table", "What was sold", ["Product or service", "Quantity", "Needed by"], 3),
        ("lines", "Project", ["Goals they measure us by", "What was promised beside the contract",
                              "Systems to connect, data to move", "Security and legal demands",
                              "Invoices: to whom, which order number", "Risks and sore points",
                              "Kick-off and first milestones"]),
    ],
)  # fmt: skip
RENEWAL = (
    "Renewal intent form",
    "Go through it with the customer two to three months before the contract ends.",
    [
        ("fields", ["Customer", "Date", "Present contract", "Ends on, notice by", "Amount a year",
                    "Talked with"]),
        ("rows", "Satisfaction", ["Question", "1 (no) to 5 (yes)", "Why"],
         ["It reaches what it was bought for", "It is easy to use", "Support helps quickly",
          "It is worth its price", "They would recommend us"]),
        ("rows", "What they want", ["Subject", "Now", "After renewal", "Amount a year"],
         ["Users", "Modules", "Services"]),
        ("text", "Intent", "☐ renew as it is    ☐ renew with more    ☐ renew with less    ☐ not renew"),
        ("lines", "Next", ["If not or less: why, what would change it", "Other offers they look at",
                           "Needs that we could meet, too", "Who decides, until when",
                           "Next step: who, what, when", "Confirmed by (name, date)"]),
    ],
)  # fmt: skip
