"""Dashboards for leaders, and the runs behind them."""
