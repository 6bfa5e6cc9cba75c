"""What is made of the sheet: functions of each kind of number, evaluation, higher derivatives."""
