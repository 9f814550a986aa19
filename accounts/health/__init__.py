"""How healthy a customer is: ten measures, their weights and curves as data, the score and why it is so."""
