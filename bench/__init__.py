"""Speed against floors that ship beside it: ratios within one run, never seconds."""
