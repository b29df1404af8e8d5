import Postgres

/// How the statements of a rewrap are planned, within their transaction.
enum RewrapPlanning {
  /// Has them planned alike whatever the tables' sizes and statistics, and whatever share of the rows the planner thinks
  /// a row-level policy lets through: rows are gone to by key, in its order, or by place. A plan that reads the whole
  /// table or the whole tenant for each chunk is right for a small one, and ruinous once it grew.
  static let begin: PostgresStatement =
    """
    SELECT set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true),
      set_config('enable_bitmapscan', 'off', true)
    """

  /// Leaves the choice to the planner again: a census reads whole tables.
  static let end: PostgresStatement =
    """
    SELECT set_config('plan_cache_mode', 'auto', true), set_config('enable_seqscan', 'on', true),
      set_config('enable_bitmapscan', 'on', true)
    """
}
