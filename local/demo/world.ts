/** What the demo's people are surrounded by: cities, devices, a shop. All invented, or too common to be anyone's. */

export interface City {
  city: string;
  region: string;
  regionCode: string;
  country: string;
  countryCode: string;
  continent: string;
  timezone: string;
  latitude: number;
  longitude: number;
  zip: string;
}

const cityRows: readonly (readonly [
  string,
  string,
  string,
  string,
  string,
  string,
  string,
  number,
  number,
  string,
])[] = [
  [
    'Stockholm',
    'Stockholm County',
    'AB',
    'Sweden',
    'SE',
    'Europe',
    'Europe/Stockholm',
    59.3294,
    18.0687,
    '111 20',
  ],
  ['Lyon', 'Auvergne-Rhône-Alpes', 'ARA', 'France', 'FR', 'Europe', 'Europe/Paris', 45.7485, 4.8467, '69001'],
  ['München', 'Bavaria', 'BY', 'Germany', 'DE', 'Europe', 'Europe/Berlin', 48.1374, 11.5755, '80331'],
  ['Kraków', 'Lesser Poland', '12', 'Poland', 'PL', 'Europe', 'Europe/Warsaw', 50.0614, 19.9366, '30-001'],
  ['Porto', 'Porto District', '13', 'Portugal', 'PT', 'Europe', 'Europe/Lisbon', 41.1496, -8.611, '4000-008'],
  [
    'Oakland',
    'California',
    'CA',
    'United States',
    'US',
    'Americas',
    'America/Los_Angeles',
    37.8044,
    -122.2708,
    '94601',
  ],
  [
    'Columbus',
    'Ohio',
    'OH',
    'United States',
    'US',
    'Americas',
    'America/New_York',
    39.9612,
    -82.9988,
    '43004',
  ],
  [
    'São Paulo',
    'State of São Paulo',
    'SP',
    'Brazil',
    'BR',
    'Americas',
    'America/Sao_Paulo',
    -23.5475,
    -46.6361,
    '01000-000',
  ],
  [
    'Melbourne',
    'Victoria',
    'VIC',
    'Australia',
    'AU',
    'Oceania',
    'Australia/Melbourne',
    -37.814,
    144.9633,
    '3000',
  ],
  ['京都市', 'Kyoto', '26', 'Japan', 'JP', 'Asia', 'Asia/Tokyo', 35.0211, 135.7538, '600-8001'],
];

export const CITIES: readonly City[] = cityRows.map(
  ([city, region, regionCode, country, countryCode, continent, timezone, latitude, longitude, zip]) => ({
    city,
    region,
    regionCode,
    country,
    countryCode,
    continent,
    timezone,
    latitude,
    longitude,
    zip,
  }),
);

export interface Model {
  category: 'desktop' | 'mobile' | 'tablet';
  brand: string;
  name: string;
  os: string;
  osVersion: string;
  browser: string;
  browserVersion: string;
  userAgent: string;
  width: number;
  height: number;
}

const modelRows: readonly (readonly [
  Model['category'],
  string,
  string,
  string,
  string,
  string,
  string,
  string,
  number,
  number,
])[] = [
  [
    'desktop',
    'Apple',
    'Macintosh',
    'Macintosh',
    '10_15_7',
    'Safari',
    '18.6',
    '(Macintosh; Intel Mac OS X 10_15_7)',
    1728,
    1117,
  ],
  [
    'mobile',
    'Apple',
    'iPhone',
    'iOS',
    '18.6',
    'Safari',
    '18.6',
    '(iPhone; CPU iPhone OS 18_6 like Mac OS X)',
    393,
    852,
  ],
  [
    'tablet',
    'Apple',
    'iPad',
    'iOS',
    '17.7',
    'Safari',
    '17.7',
    '(iPad; CPU OS 17_7 like Mac OS X)',
    834,
    1194,
  ],
  ['desktop', '', '', 'Windows', '11', 'Chrome', '142.0.0.0', '(Windows NT 10.0; Win64; x64)', 1920, 1080],
  [
    'desktop',
    '',
    '',
    'Windows',
    '10',
    'Firefox',
    '145.0',
    '(Windows NT 10.0; Win64; x64; rv:145.0)',
    1536,
    864,
  ],
  ['desktop', '', '', 'Linux', '', 'Firefox', '145.0', '(X11; Linux x86_64; rv:145.0)', 2560, 1440],
  [
    'mobile',
    'Samsung',
    'SM-S911B',
    'Android',
    '15',
    'Chrome',
    '142.0.0.0',
    '(Linux; Android 15; SM-S911B)',
    360,
    780,
  ],
  [
    'mobile',
    'Google',
    'Pixel 8',
    'Android',
    '16',
    'Chrome',
    '142.0.0.0',
    '(Linux; Android 16; Pixel 8)',
    412,
    915,
  ],
];

export const MODELS: readonly Model[] = modelRows.map(
  ([category, brand, name, os, osVersion, browser, browserVersion, platform, width, height]) => ({
    category,
    brand,
    name,
    os,
    osVersion,
    browser,
    browserVersion,
    userAgent: `Mozilla/5.0 ${platform} ${browser}/${browserVersion}`,
    width,
    height,
  }),
);

export interface Product {
  sku: string;
  name: string;
  category: string;
  price: number;
}

export const PRODUCTS: readonly Product[] = [
  { sku: 'LTH-001', name: 'Notebook, dotted', category: 'Stationery', price: 12.5 },
  { sku: 'LTH-002', name: 'Fountain pen “Styx”', category: 'Stationery', price: 39.9 },
  { sku: 'LTH-003', name: 'Mug', category: 'Kitchen', price: 14 },
  { sku: 'LTH-004', name: 'Tea, 100 g', category: 'Kitchen', price: 8.25 },
  { sku: 'LTH-005', name: 'Desk lamp', category: 'Furniture', price: 89 },
  { sku: 'LTH-006', name: 'Chair', category: 'Furniture', price: 249.5 },
];

export interface Page {
  path: string;
  title: string;
}

export const HOST = 'shop.example.com';

export const PAGES: readonly Page[] = [
  { path: '/', title: 'Home' },
  { path: '/stationery', title: 'Stationery' },
  { path: '/kitchen', title: 'Kitchen' },
  { path: '/furniture', title: 'Furniture' },
  { path: '/account', title: 'Your account' },
  { path: '/cart', title: 'Cart' },
  { path: '/help/returns', title: 'Returns & refunds' },
];

export const PLANS = ['free', 'plus', 'pro'] as const;

/** Source, medium, campaign of a visit; most come by themselves. */
export const CAMPAIGNS: readonly (readonly [source: string, medium: string, name: string])[] = [
  ['(direct)', '(none)', '(direct)'],
  ['(direct)', '(none)', '(direct)'],
  ['google', 'organic', '(organic)'],
  ['newsletter', 'email', 'autumn'],
  ['example.org', 'referral', '(referral)'],
];
