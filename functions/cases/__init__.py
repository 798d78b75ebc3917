"""What moves through a workflow. An application: submitted -> approved | refused | waiting_for_applicant
-> submitted. An incident: open -> in_progress -> resolved. Every change is one transaction with its audit
event."""
