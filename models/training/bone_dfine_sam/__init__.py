"""The two-stage model `bone-dfine-sam`: its nets, what they learn from, how they are fitted and written."""
