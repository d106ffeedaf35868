-- Until now every institution was one of Baden-Württemberg.
ALTER TABLE institutions ADD COLUMN land TEXT COLLATE "C" NOT NULL DEFAULT 'BW'
    CHECK (land IN ('BW', 'BY', 'BE', 'BB', 'HB', 'HH', 'HE', 'MV', 'NI', 'NW', 'RP', 'SL', 'SN', 'ST', 'SH', 'TH'));
