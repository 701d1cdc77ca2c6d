"""Who may do what in members: verdicts with the reason a person reads.

Authority comes from seats. Each verdict looks at the place in the tree the thing
belongs to; rules on persons (the second person) are verdicts too, so that a button
knows them before the action does.
"""
