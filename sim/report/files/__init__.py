"""Reports as files: PDF, an Excel workbook, a page of HTML that needs nothing beside itself."""
