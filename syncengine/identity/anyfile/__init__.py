"""Any file: which rows of a spreadsheet, whatever its columns, are the same company or person."""
