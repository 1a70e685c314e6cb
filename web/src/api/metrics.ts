/** What is measured. Made from minipanel/models/metrics.py by `npm run types`: change it there. */

export const METRICS = [
  {
    name: 'cpu_percent',
    unit: '%',
    low: 0,
    high: 100,
    digits: 2,
    nullable: false,
    ofTotal: null,
    columns: { mean: 'cpu_percent', max: 'cpu_percent_max' },
  },
  {
    name: 'memory_used',
    unit: 'bytes',
    low: 0,
    high: null,
    digits: 0,
    nullable: false,
    ofTotal: 'memory_total',
    columns: { mean: 'memory_used', max: 'memory_used_max', share: 'memory_percent' },
  },
  {
    name: 'cpu_temp',
    unit: '°C',
    low: -20,
    high: 150,
    digits: 2,
    nullable: true,
    ofTotal: null,
    columns: { mean: 'cpu_temp', max: 'cpu_temp_max' },
  },
] as const
