"""Settings of lm-eval tasks that tests write to files."""

CHOICES = """\
output_type: multiple_choice
doc_to_text: "{{question}}"
doc_to_choice: options
doc_to_target: answer
metric_list: [{metric: acc, aggregation: mean, higher_is_better: true}]
"""
"""Of a task that is answered by choice, but for its name."""
