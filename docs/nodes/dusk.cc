<?xml version="1.0" encoding="UTF-8"?>
<ColorCorrection id="dusk">
  <SOPNode>
    <Description>evening light: blue shadows, warm highlights</Description>
    <Slope>0.95 0.78 0.70</Slope>
    <Offset>-0.03 -0.01 0.05</Offset>
    <Power>1.15 1.20 1.10</Power>
  </SOPNode>
  <SatNode>
    <Saturation>0.85</Saturation>
  </SatNode>
</ColorCorrection>
