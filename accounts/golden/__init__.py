"""Set-based writes of golden records and documents. Only the publish lane imports this.

Everything here works on frames and temporary tables, one statement a step, inside the caller's transaction.
"""
