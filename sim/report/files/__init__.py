"""Reports as files: PDF, an Excel workbook, a page of HTML that needs nothing beside itself."""

from sim.report.files.as_html import page
from sim.report.files.as_pdf import pdf, pictured
from sim.report.files.as_workbook import workbook
from sim.report.files.composing import SECTIONS, Asked, Contents, contents
from sim.report.files.saving import KINDS, Kind, kind_of, report_file, save_report

__all__ = [
    "KINDS",
    "SECTIONS",
    "Asked",
    "Contents",
    "Kind",
    "contents",
    "kind_of",
    "page",
    "pdf",
    "pictured",
    "report_file",
    "save_report",
    "workbook",
]
